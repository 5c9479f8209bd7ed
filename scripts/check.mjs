import { availableParallelism } from 'node:os';
import { captureTool } from './child.mjs';

/**
 * The slowest tool comes first, so that the others run beside it. Types and lint are one pass without a cache: typed rules
 * read other files, so a cache per file would miss a floating promise after a function in another file became async. The
 * cache of prettier is sound: it reads only the file itself.
 */
export const TOOLS = [
  { name: 'types+lint', tool: 'oxlint', args: ['--type-aware', '--type-check'] },
  { name: 'page types', tool: 'tsc', args: ['-p', 'tsconfig.web.json'] },
  {
    name: 'imports',
    tool: 'depcruise',
    args: ['config', 'queues', 'processors', 'src', 'test', 'bench', '--config', '.dependency-cruiser.cjs'],
  },
  { name: 'dead code', tool: 'knip', args: [] },
  // Tests do not count as users here. `@later <reason>` in the comment of an export allows it until product code uses it.
  {
    name: 'unused',
    tool: 'knip',
    args: ['--config', 'knip.product.json', '--treat-tag-hints-as-errors', '--treat-config-hints-as-errors'],
  },
  {
    name: 'format',
    tool: 'prettier',
    args: [
      '--check',
      '.',
      '--cache',
      '--cache-strategy',
      'content',
      '--cache-location',
      'node_modules/.cache/prettier/check',
    ],
  },
];

/** Runs all tools, one per core at a time. Prints a line for each, and the output of those that failed. */
export async function check(tools = TOOLS, run = captureTool, print = (line) => process.stdout.write(`${line}\n`)) {
  const waiting = [...tools];
  let failed = 0;
  const work = async () => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
      const began = performance.now();
      const { exitCode, output } = await run(next.tool, next.args);
      const seconds = ((performance.now() - began) / 1000).toFixed(1);
      print(`${next.name.padEnd(10)} ${exitCode === 0 ? 'ok    ' : 'failed'} ${seconds.padStart(5)} s`);
      if (exitCode === 0) continue;
      failed += 1;
      print(output.trimEnd());
    }
  };
  await Promise.all(Array.from({ length: Math.max(2, availableParallelism()) }, work));
  return failed === 0 ? 0 : 1;
}
