import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { cruise, type ICruiseOptions, type ICruiseResult, type IForbiddenRuleType } from 'dependency-cruiser';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { lintFolder, putLintInto } from '../fixtures/lint-folder.ts';
import { ROOT } from './project-files.ts';

/** A rule that nobody has seen bite may have no teeth. The violations live in a temporary folder of the same shape. */

/** A folder with these files; paths relative to it. */
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

  it('takes a time that was passed in', () => {
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
  const imports = (name: string, from: string): string =>
    `import { ${name} } from '${from}';\nexport const taken = ${name};\n`;
  const FILES: Readonly<Record<string, string>> = {
    'src/domain/pure.ts': 'export const pure = 1;\n',
    'src/domain/reads-a-file.ts': imports('readFileSync', 'node:fs'),
    'src/domain/uses-a-library.ts': imports('z', 'zod'),
    'src/domain/knows-a-port.ts': imports('taken', '../ports/port.ts'),
    'src/domain/lost.ts': imports('nothing', './nowhere.ts'),
    'src/domain/round.ts': imports('taken', './trip.ts'),
    'src/domain/trip.ts': imports('taken', './round.ts'),
    'src/ports/port.ts': imports('pure', '../domain/pure.ts'),
    'src/ports/knows-bullmq.ts': imports('Queue', 'bullmq'),
    'config/knows-queues.ts': imports('taken', '../queues/queue.ts'),
    'queues/queue.ts': imports('z', 'zod'),
    'queues/knows-config.ts': imports('taken', '../config/knows-queues.ts'),
    'processors/knows-an-adapter.ts': imports('taken', '../src/adapters/one/own.ts'),
    'src/adapters/one/own.ts': imports('taken', '../../ports/port.ts'),
    'src/adapters/one/knows-queues.ts': imports('taken', '../../../queues/queue.ts'),
    'src/adapters/one/knows-bullmq.ts': imports('Queue', 'bullmq'),
    'src/adapters/one/knows-the-root.ts': imports('taken', '../../runtime/root.ts'),
    'src/adapters/two/knows-another.ts': imports('taken', '../one/own.ts'),
    'src/api/knows-an-adapter.ts': imports('taken', '../adapters/one/own.ts'),
    'src/runtime/root.ts': imports('taken', '../adapters/one/own.ts'),
    'package.json': JSON.stringify({ name: 'violations', dependencies: { bullmq: '1.0.0', zod: '1.0.0' } }),
    ...Object.fromEntries([...library('bullmq', 'Queue'), ...library('zod', 'z')]),
  };

  let directory: string;
  const broken = new Set<string>();

  beforeAll(async () => {
    directory = folderOf(FILES);
    const { forbidden, options } = createRequire(import.meta.url)(join(ROOT, '.dependency-cruiser.cjs')) as {
      forbidden: IForbiddenRuleType[];
      options: ICruiseOptions;
    };
    // The project's own options, but for its tsconfig: these files belong to none.
    const { tsConfig: _, ...rest } = options;
    const { output } = await cruise(['config', 'queues', 'processors', 'src'], {
      ...rest,
      ruleSet: { forbidden },
      validate: true,
      baseDir: directory,
    });
    for (const { rule, from } of (output as ICruiseResult).summary.violations) broken.add(`${rule.name}: ${from}`);
  });
  afterAll(() => rmSync(directory, { recursive: true, force: true }));

  it.each([
    ['domain-is-pure', 'src/domain/reads-a-file.ts'],
    ['domain-is-pure', 'src/domain/uses-a-library.ts'],
    ['domain-is-pure', 'src/domain/knows-a-port.ts'],
    ['ports', 'src/ports/knows-bullmq.ts'],
    ['config', 'config/knows-queues.ts'],
    ['queues', 'queues/knows-config.ts'],
    ['processors', 'processors/knows-an-adapter.ts'],
    ['adapters', 'src/adapters/one/knows-queues.ts'],
    ['adapters', 'src/adapters/one/knows-bullmq.ts'],
    ['adapters-keep-apart', 'src/adapters/two/knows-another.ts'],
    ['api', 'src/api/knows-an-adapter.ts'],
    ['composition-roots-are-tops', 'src/adapters/one/knows-the-root.ts'],
    ['no-circular', 'src/domain/round.ts'],
    ['not-to-unresolvable', 'src/domain/lost.ts'],
  ])('%s refuses %s', (rule, from) => {
    expect([...broken]).toContain(`${rule}: ${from}`);
  });

  it('take what the table allows', () => {
    const allowed = ['src/domain/pure.ts', 'src/ports/port.ts', 'queues/queue.ts', 'src/runtime/root.ts'];
    expect([...broken].filter((violation) => allowed.some((path) => violation.endsWith(`: ${path}`)))).toEqual([]);
  });
});
