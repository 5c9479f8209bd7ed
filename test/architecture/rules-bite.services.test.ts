import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { cruise, type ICruiseOptions, type ICruiseResult, type IForbiddenRuleType } from 'dependency-cruiser';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { TOOLS } from '../../scripts/check.mjs';
import { lintFolder, putLintInto } from '../fixtures/lint-folder.ts';
import { ROOT } from './project-files.ts';

/** Plants a violation of each rule in a temporary folder of the same layout, so that a rule without effect is found. */

/** Creates a folder with these files; paths are relative to it. */
function folderOf(files: Readonly<Record<string, string>>): string {
  const directory = mkdtempSync(join(tmpdir(), 'corp-rules-'));
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(directory, path)), { recursive: true });
    writeFileSync(join(directory, path), text);
  }
  return directory;
}

describe('lint', () => {
  const REFUSED: Readonly<Record<string, string>> = {
    'date-now': 'ambient(no-time)',
    'new-date': 'ambient(no-time)',
    'math-random': 'ambient(no-randomness)',
    'process-env': 'ambient(no-environment)',
  };
  const AMBIENT: Readonly<Record<string, string>> = {
    'date-now': 'export const now = (): number => Date.now();\n',
    'new-date': 'export const now = (): Date => new Date();\n',
    'math-random': 'export const draw = (): number => Math.random();\n',
    'process-env': 'declare const process: { readonly env: unknown };\nexport const env = process.env;\n',
  };
  const PURE = ['src/domain', 'src/ports', 'queues', 'processors'];
  const alone = (statement: string): string =>
    `const work = async (): Promise<void> => undefined;\nexport function start(): void {\n  ${statement}\n}\n`;
  const FILES: Readonly<Record<string, string>> = {
    ...Object.fromEntries(
      [...PURE, 'src/adapters'].flatMap((folder) =>
        Object.entries(AMBIENT).map(([name, text]) => [`${folder}/${name}.ts`, text]),
      ),
    ),
    'src/domain/given-time.ts': 'export const day = (now: number): Date => new Date(now);\n',
    'src/adapters/left-alone.ts': alone('work();'),
    'src/adapters/left-alone-with-void.ts': alone('void work();'),
    'src/adapters/speaks.ts': "console.log('here');\nexport {};\n",
    'tsconfig.json': '{"compilerOptions": {"strict": true, "lib": ["es2023"], "types": [], "noEmit": true}}',
  };

  let directory: string;
  const broken = new Map<string, readonly string[]>();

  beforeAll(async () => {
    directory = folderOf(FILES);
    putLintInto(directory);
    for (const { filename, code } of await lintFolder(directory)) {
      broken.set(filename, [...new Set([...(broken.get(filename) ?? []), code])]);
    }
  });
  afterAll(() => rmSync(directory, { recursive: true, force: true }));

  it.each(PURE.flatMap((folder) => Object.keys(AMBIENT).map((name) => [folder, name] as const)))(
    'refuses %s/%s.ts',
    (folder, name) => {
      expect(broken.get(`${folder}/${name}.ts`)).toEqual([REFUSED[name]]);
    },
  );

  it('refuses process.env in adapters, where the clock is allowed', () => {
    expect(broken.get('src/adapters/process-env.ts')).toEqual([REFUSED['process-env']]);
    expect(broken.get('src/adapters/date-now.ts')).toBeUndefined();
  });

  it('accepts a time that was passed in', () => {
    expect(broken.get('src/domain/given-time.ts')).toBeUndefined();
  });

  it.each(['left-alone', 'left-alone-with-void'])('refuses a promise that is %s', (name) => {
    expect(broken.get(`src/adapters/${name}.ts`)).toEqual(['typescript(no-floating-promises)']);
  });

  it('refuses console', () => {
    expect(broken.get('src/adapters/speaks.ts')).toContain('eslint(no-console)');
  });
});

describe('import rules', () => {
  const library = (name: string, exported: string): readonly (readonly [string, string])[] => [
    [`node_modules/${name}/package.json`, JSON.stringify({ name, version: '1.0.0', main: 'index.js' })],
    [`node_modules/${name}/index.js`, `exports.${exported} = class {};\n`],
  ];
  const LIBRARIES = ['bullmq', 'zod', 'decimal.js', 'technicalindicators', 'express', 'vitest'];
  const imports = (from: string): string => `import { taken } from '${from}';\nexport const given = taken;\n`;

  /** Domain folders from the lowest to the highest. */
  const LAYERS = ['statistics', 'indicators', 'strategies', 'backtest', 'research'];
  const homeOf = (layer: string): string => `../${layer}/${layer}.ts`;
  const upward = LAYERS.flatMap((lower, i) => LAYERS.slice(i + 1).map((higher) => [lower, higher] as const));

  /** Rule, file that breaks it, and what that file imports. */
  const VIOLATIONS: readonly (readonly [rule: string, from: string, imported: string])[] = [
    ['no-circular', 'src/domain/round.ts', './trip.ts'],
    ['not-to-unresolvable', 'src/domain/lost.ts', './nowhere.ts'],
    ['no-grab-bags', 'src/domain/knows-a-grab-bag.ts', './helpers.ts'],
    ['no-grab-bags', 'bench/knows-a-grab-bag.ts', './utils/all.ts'],
    ['not-to-dev-dep', 'src/adapters/one/needs-a-tool.ts', 'vitest'],
    ['domain-is-pure', 'src/domain/reads-a-file.ts', 'node:fs'],
    ['domain-is-pure', 'src/domain/uses-a-library.ts', 'zod'],
    ['domain-is-pure', 'src/domain/knows-a-port.ts', '../ports/port.ts'],
    ['domain-portfolio', 'src/domain/portfolio/uses-a-library.ts', 'zod'],
    ['domain-analysis', 'src/domain/analysis/uses-a-library.ts', 'decimal.js'],
    ['domain-identity', 'src/domain/identity/reads-a-file.ts', 'node:fs'],
    ...upward.map(
      ([lower, higher]) =>
        [`domain-${lower}-looks-down`, `src/domain/${lower}/knows-${higher}.ts`, homeOf(higher)] as const,
    ),
    ['ports', 'src/ports/knows-bullmq.ts', 'bullmq'],
    ['config', 'config/knows-queues.ts', '../queues/queue.ts'],
    ['queues', 'queues/knows-config.ts', '../config/settings.ts'],
    ['processors', 'processors/one/knows-an-adapter.ts', '../../src/adapters/one/own.ts'],
    ['processors-keep-apart', 'processors/one/knows-another.ts', '../two/agent.ts'],
    ['processors-keep-apart', 'processors/one/knows-the-floor.ts', '../shared.ts'],
    ['adapters', 'src/adapters/one/knows-queues.ts', '../../../queues/queue.ts'],
    ['adapters', 'src/adapters/one/knows-config.ts', '../../../config/settings.ts'],
    ['adapters', 'src/adapters/one/knows-bullmq.ts', 'bullmq'],
    ['adapters-keep-apart', 'src/adapters/two/knows-another.ts', '../one/own.ts'],
    ['http', 'src/http/knows-the-api.ts', '../api/routes.ts'],
    ['http', 'src/http/knows-queues.ts', '../../queues/queue.ts'],
    ['api', 'src/api/knows-an-adapter.ts', '../adapters/one/own.ts'],
    ['coordinator', 'src/coordinator/knows-the-worker.ts', '../worker/work.ts'],
    ['coordinator', 'src/coordinator/knows-the-api.ts', '../api/routes.ts'],
    ['worker', 'src/worker/knows-an-adapter.ts', '../adapters/one/own.ts'],
    ['worker', 'src/worker/knows-config.ts', '../../config/settings.ts'],
    ['feed', 'src/feed/knows-the-context.ts', '../runtime/root.ts'],
    ['feed', 'src/feed/knows-an-agent.ts', '../../processors/one/agent.ts'],
    ['reports', 'src/reports/knows-a-table.ts', '../cli/table.ts'],
    ['process-lock', 'src/process-lock/knows-an-adapter.ts', '../adapters/one/own.ts'],
    ['paths', 'src/paths.ts', './domain/pure.ts'],
    ['composition-roots-are-tops', 'src/adapters/one/knows-the-root.ts', '../../runtime/root.ts'],
    ['runtime-below-cli', 'src/runtime/knows-a-command.ts', '../cli/table.ts'],
    ['bench-from-one-place', 'src/cli/commands/other.ts', '../../../bench/measured.ts'],
    ['nothing-imports-tests', 'src/runtime/knows-a-test.ts', '../../test/fixture.ts'],
  ];

  /** Imports that the table allows. */
  const ALLOWED: readonly (readonly [from: string, imported: string | null])[] = [
    ['src/domain/pure.ts', null],
    ['src/domain/portfolio/money.ts', 'decimal.js'],
    ['src/domain/identity/hash.ts', 'node:crypto'],
    ...LAYERS.map((layer, i) => [`src/domain/${layer}/${layer}.ts`, i === 0 ? null : homeOf(LAYERS[i - 1]!)] as const),
    ['src/ports/port.ts', '../domain/pure.ts'],
    ['config/settings.ts', '../src/domain/pure.ts'],
    ['queues/queue.ts', 'zod'],
    ['queues/fields.ts', 'zod'],
    ['processors/agent/wrapper.ts', '../../queues/queue.ts'],
    ['processors/one/agent.ts', '../agent/wrapper.ts'],
    ['processors/two/agent.ts', '../agent/wrapper.ts'],
    ['src/adapters/one/own.ts', '../../ports/port.ts'],
    ['src/process-lock/lock.ts', '../domain/pure.ts'],
    ['src/http/routes.ts', '../../queues/fields.ts'],
    ['src/api/routes.ts', '../http/routes.ts'],
    ['src/coordinator/server.ts', '../http/routes.ts'],
    ['src/worker/work.ts', '../ports/port.ts'],
    ['src/feed/time.ts', '../../queues/queue.ts'],
    ['src/reports/report.ts', '../paths.ts'],
    ['src/runtime/root.ts', '../adapters/one/own.ts'],
    ['src/cli/table.ts', '../runtime/root.ts'],
    ['src/cli/commands/bench.ts', '../../../bench/measured.ts'],
    ['bench/measured.ts', '../src/runtime/root.ts'],
    ['test/fixture.ts', '../src/runtime/root.ts'],
  ];

  const FILES: Readonly<Record<string, string>> = {
    ...Object.fromEntries(
      [...VIOLATIONS.map(([, from, imported]) => [from, imported] as const), ...ALLOWED].map(([from, imported]) => [
        from,
        imported === null ? 'export const taken = 1;\n' : `${imports(imported)}export const taken = given;\n`,
      ]),
    ),
    'src/domain/trip.ts': `${imports('./round.ts')}export const taken = given;\n`,
    'src/domain/helpers.ts': 'export const taken = 1;\n',
    'bench/utils/all.ts': 'export const taken = 1;\n',
    'processors/shared.ts': 'export const taken = 1;\n',
    'package.json': JSON.stringify({
      name: 'violations',
      dependencies: Object.fromEntries(LIBRARIES.filter((name) => name !== 'vitest').map((name) => [name, '1.0.0'])),
      devDependencies: { vitest: '1.0.0' },
    }),
    ...Object.fromEntries(LIBRARIES.flatMap((name) => library(name, 'taken'))),
  };

  let directory: string;
  let rules: readonly (string | undefined)[];
  const broken = new Set<string>();

  beforeAll(async () => {
    directory = folderOf(FILES);
    const { forbidden, options } = createRequire(import.meta.url)(join(ROOT, '.dependency-cruiser.cjs')) as {
      forbidden: IForbiddenRuleType[];
      options: ICruiseOptions;
    };
    rules = forbidden.map(({ name }) => name);
    // The project's options without its tsconfig: these files belong to none.
    const { tsConfig: _, ...rest } = options;
    const { output } = await cruise(['config', 'queues', 'processors', 'src', 'bench', 'test'], {
      ...rest,
      ruleSet: { forbidden },
      validate: true,
      baseDir: directory,
    });
    for (const { rule, from } of (output as ICruiseResult).summary.violations) broken.add(`${rule.name}: ${from}`);
  });
  afterAll(() => rmSync(directory, { recursive: true, force: true }));

  it.each(VIOLATIONS)('%s refuses %s', (rule, from) => {
    expect([...broken]).toContain(`${rule}: ${from}`);
  });

  it('each have a violation here', () => {
    expect([...new Set(VIOLATIONS.map(([rule]) => rule))].sort()).toEqual([...rules].sort());
  });

  it('accept what the table allows', () => {
    const allowed = ALLOWED.map(([from]) => from);
    expect([...broken].filter((violation) => allowed.some((path) => violation.endsWith(`: ${path}`)))).toEqual([]);
  });
});

describe('unused code', () => {
  const ENTRIES: Readonly<Record<string, string>> = {
    'src/cli/main.ts': "import { used } from '../domain/used.ts';\nprocess.exitCode = used;\n",
    'src/domain/used.ts': 'export const used = 1;\n',
    'test/used.test.ts': "import { tested } from '../src/domain/used.ts';\ntested();\n",
    'package.json': JSON.stringify({ name: 'violations', type: 'module' }),
  };
  const tested = (tag: string): string => `/** Only a test calls this.${tag} */\nexport function tested(): void {}\n`;

  function unusedIn(files: Readonly<Record<string, string>>): {
    readonly status: number | null;
    readonly output: string;
  } {
    const directory = folderOf({ ...ENTRIES, ...files });
    cpSync(join(ROOT, 'knip.product.json'), join(directory, 'knip.product.json'));
    const { tool, args } = TOOLS.find(({ name }) => name === 'unused')!;
    // Most entries of the project are missing in this folder, which knip would report as a hint.
    const own = args.filter((argument) => argument !== '--treat-config-hints-as-errors');
    const { status, stdout, stderr } = spawnSync(join(ROOT, 'node_modules', '.bin', tool), own, {
      cwd: directory,
      encoding: 'utf8',
    });
    rmSync(directory, { recursive: true, force: true });
    return { status, output: stdout + stderr };
  }

  it('is code that only tests call', () => {
    const refused = unusedIn({ 'src/domain/used.ts': `${ENTRIES['src/domain/used.ts']}${tested('')}` });
    expect(refused.status, refused.output).toBe(1);
    expect(refused.output).toMatch(/tested +function +src\/domain\/used\.ts/);
  });

  it('is allowed with a reason until product code uses it', () => {
    const waiting = tested(' @later its user');
    const kept = unusedIn({ 'src/domain/used.ts': `${ENTRIES['src/domain/used.ts']}${waiting}` });
    expect(kept.status, kept.output).toBe(0);
    const main = "import { tested, used } from '../domain/used.ts';\ntested();\nprocess.exitCode = used;\n";
    const needless = unusedIn({
      'src/cli/main.ts': main,
      'src/domain/used.ts': `${ENTRIES['src/domain/used.ts']}${waiting}`,
    });
    expect(needless.status, needless.output).toBe(1);
    expect(needless.output).toContain('tested');
  });
});
