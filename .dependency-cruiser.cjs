/** The dependency rule of docs/architecture.md, as a tool. Node built-ins are "core" modules here. */
const own = '^(config|queues|processors|src|web|bench|test)/';
const npm = (names) => `node_modules/(${names.join('|')})(/|$)`;

/** One rule a folder: everything it imports must be on its list. */
const only = (name, from, own_, libraries, { core = true } = {}) => ({
  name,
  severity: 'error',
  comment: `${from} may import only: ${[...own_, ...libraries].join(', ')}`,
  from: { path: from },
  to: {
    pathNot: [...own_, ...(libraries.length ? [npm(libraries)] : [])],
    dependencyTypesNot: core ? ['core'] : [],
  },
});

/** Inside the domain: a folder may import those below it in this line, never one above. */
const LAYERS = ['statistics', 'indicators', 'strategies', 'backtest', 'research'];
const downward = LAYERS.slice(0, -1).map((layer, i) => ({
  name: `domain-${layer}-looks-down`,
  severity: 'error',
  comment: `${LAYERS.join(' <- ')}: one direction`,
  from: { path: `^src/domain/${layer}/` },
  to: { path: `^src/domain/(${LAYERS.slice(i + 1).join('|')})/` },
}));

const BELOW_RUNTIME = '^(config|queues|processors|src)/';
const TOPS = '^src/(runtime|cli)/';

module.exports = {
  forbidden: [
    { name: 'no-circular', severity: 'error', from: {}, to: { circular: true } },
    { name: 'not-to-unresolvable', severity: 'error', from: {}, to: { couldNotResolve: true } },
    {
      name: 'no-grab-bags',
      severity: 'error',
      from: {},
      to: { path: `${own.slice(0, -1)}/.*(utils|helpers|common)(/|\\.ts$)` },
    },
    {
      name: 'not-to-dev-dep',
      severity: 'error',
      from: { path: BELOW_RUNTIME },
      to: { dependencyTypes: ['npm-dev'] },
    },
    only('domain-is-pure', '^src/domain/(?!(analysis|portfolio|identity)/)', ['^src/domain/'], [], { core: false }),
    only('domain-portfolio', '^src/domain/portfolio/', ['^src/domain/'], ['decimal.js'], { core: false }),
    only('domain-analysis', '^src/domain/analysis/', ['^src/domain/'], ['technicalindicators'], { core: false }),
    only('domain-identity', '^src/domain/identity/', ['^src/domain/', '^(node:)?crypto$'], [], { core: false }),
    ...downward,
    only('ports', '^src/ports/', ['^src/(domain|ports)/'], [], { core: false }),
    only('config', '^config/', ['^config/', '^src/domain/'], ['zod', 'yaml']),
    only('queues', '^queues/', ['^queues/', '^src/(domain|ports)/'], ['zod', 'bullmq']),
    only('processors', '^processors/', ['^processors/', '^queues/', '^src/(domain|ports)/'], ['zod', 'bullmq']),
    {
      name: 'processors-keep-apart',
      severity: 'error',
      comment: 'An agent knows the wrapper in processors/agent and itself; agents meet on the queues',
      from: { path: '^processors/([^/]+)/' },
      to: { path: '^processors/', pathNot: '^processors/(agent|$1)/' },
    },
    {
      name: 'adapters',
      severity: 'error',
      from: { path: '^src/adapters/' },
      to: {
        path: [
          '^(queues|processors|config)/',
          '^src/(?!adapters|ports|domain|process-lock|paths\\.ts$)',
          npm(['bullmq']),
        ],
      },
    },
    {
      name: 'adapters-keep-apart',
      severity: 'error',
      from: { path: '^src/adapters/([^/]+)/' },
      to: { path: '^src/adapters/', pathNot: '^src/adapters/$1/' },
    },
    only(
      'http',
      '^src/http/',
      ['^src/(http|ports|domain)/', '^queues/fields\\.ts$'],
      ['express', '@types/express', 'helmet', 'zod'],
    ),
    only(
      'api',
      '^src/api/',
      ['^queues/', '^src/(api|http|ports|domain)/'],
      ['express', '@types/express', '@bull-board', 'zod', 'bullmq', 'prom-client'],
    ),
    only(
      'coordinator',
      '^src/coordinator/',
      ['^queues/', '^src/(coordinator|http|ports|domain)/'],
      ['express', '@types/express', 'lru-cache', 'zod'],
    ),
    only('worker', '^src/worker/', ['^queues/', '^src/(worker|http|ports|domain)/'], ['zod']),
    only('feed', '^src/feed/', ['^queues/', '^src/(feed|ports|domain)/'], ['bullmq']),
    only('reports', '^src/reports/', ['^queues/', '^src/(reports|ports|domain)/', '^src/paths\\.ts$'], []),
    only('paths', '^src/paths\\.ts$', [], []),
    only('process-lock', '^src/process-lock/', ['^src/(process-lock|domain)/'], []),
    {
      name: 'composition-roots-are-tops',
      severity: 'error',
      from: { path: BELOW_RUNTIME, pathNot: TOPS },
      to: { path: TOPS },
    },
    {
      name: 'runtime-below-cli',
      severity: 'error',
      from: { path: '^src/runtime/' },
      to: { path: '^src/cli/' },
    },
    {
      name: 'bench-from-one-place',
      severity: 'error',
      comment: 'corp bench is the only way from the product to bench/, and it loads it when it is asked for',
      from: { path: BELOW_RUNTIME, pathNot: '^src/cli/commands/bench\\.ts$' },
      to: { path: '^bench/' },
    },
    { name: 'nothing-imports-tests', severity: 'error', from: { pathNot: '^test/' }, to: { path: '^test/' } },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsConfig: { fileName: 'tsconfig.json' },
    tsPreCompilationDeps: true,
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      extensions: ['.ts', '.mjs', '.js'],
      conditionNames: ['import', 'node', 'default', 'types'],
    },
  },
};
