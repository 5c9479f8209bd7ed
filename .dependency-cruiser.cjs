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
      from: { path: '^(config|queues|processors|src)/' },
      to: { dependencyTypes: ['npm-dev'] },
    },
    only('domain-is-pure', '^src/domain/(?!analysis/|portfolio/)', ['^src/domain/'], [], { core: false }),
    only('domain-portfolio', '^src/domain/portfolio/', ['^src/domain/'], ['decimal.js'], { core: false }),
    only('domain-analysis', '^src/domain/analysis/', ['^src/domain/'], ['technicalindicators'], { core: false }),
    only('ports', '^src/ports/', ['^src/(domain|ports)/'], [], { core: false }),
    only('config', '^config/', ['^config/', '^src/domain/'], ['zod', 'yaml']),
    only('queues', '^queues/', ['^queues/', '^src/(domain|ports)/'], ['zod', 'bullmq']),
    only('processors', '^processors/', ['^processors/', '^queues/', '^src/(domain|ports)/'], ['zod', 'bullmq']),
    {
      name: 'adapters',
      severity: 'error',
      from: { path: '^src/adapters/' },
      to: { path: ['^(queues|processors|config)/', '^src/(api|coordinator|worker|runtime|cli)/', npm(['bullmq'])] },
    },
    {
      name: 'adapters-keep-apart',
      severity: 'error',
      from: { path: '^src/adapters/([^/]+)/' },
      to: { path: '^src/adapters/', pathNot: '^src/adapters/$1/' },
    },
    only(
      'api',
      '^src/api/',
      ['^queues/', '^src/(api|ports|domain)/'],
      ['express', '@types/express', '@bull-board', 'zod', 'bullmq'],
    ),
    only(
      'coordinator',
      '^src/coordinator/',
      // A second server behind the same door: what checks, reads and answers requests is not written twice.
      [
        '^queues/',
        '^src/(coordinator|ports|domain)/',
        '^src/api/(security/|(deadline|error-response|input-fields|listen|request-error|route|routes/health)\\.ts$)',
      ],
      ['express', '@types/express', 'zod'],
    ),
    only('worker', '^src/worker/', ['^queues/', '^src/(worker|ports|domain)/'], ['zod']),
    {
      name: 'composition-roots-are-tops',
      severity: 'error',
      from: { path: '^(config|queues|processors|src)/', pathNot: '^src/(runtime|cli)/' },
      to: { path: '^src/(runtime|cli)/' },
    },
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
