import { join, resolve } from 'node:path';
import { Worker } from 'node:worker_threads';
import { build } from 'esbuild';
import { add, emptyTally, type Tally } from './run-seeds.ts';

const ROOT = resolve(import.meta.dirname, '../../..');
const CHUNK = 25;
/** Most of what a seed makes is dead after it. */
const YOUNG_MB = 64;

/** Runs seeds on several threads. @param progress called after each chunk */
export async function runOnThreads(
  from: number,
  to: number,
  threads: number,
  systemUrl: string,
  progress: (tally: Tally) => void,
): Promise<Tally> {
  const outfile = join(ROOT, 'node_modules/.cache/faults/seed-thread.mjs');
  await build({
    entryPoints: [resolve(import.meta.dirname, 'seed-thread.ts')],
    bundle: true,
    platform: 'node',
    format: 'esm',
    packages: 'external',
    outfile,
    logLevel: 'error',
  });
  const tally = emptyTally();
  let next = from;
  const work = (): Promise<void> =>
    new Promise((done, failed) => {
      const thread = new Worker(outfile, {
        workerData: { systemUrl },
        resourceLimits: { maxYoungGenerationSizeMb: YOUNG_MB },
      });
      const give = (): void => {
        if (next > to) {
          thread.terminate().then(() => done(), failed);
          return;
        }
        const range = { from: next, to: Math.min(to, next + CHUNK - 1) };
        next = range.to + 1;
        thread.postMessage(range);
      };
      thread.on('error', failed);
      thread.on('message', (part: Tally) => {
        add(tally, part);
        progress(tally);
        give();
      });
      give();
    });
  await Promise.all(Array.from({ length: threads }, work));
  return tally;
}
