import { parentPort, workerData } from 'node:worker_threads';
import { type System } from './load-system.ts';
import { runSeeds } from './run-seeds.ts';

/** A thread that runs ranges of seeds. */
export interface SeedRange {
  readonly from: number;
  readonly to: number;
}

const { systemUrl } = workerData as { readonly systemUrl: string };
const system = (await import(systemUrl)) as System;
parentPort!.on('message', ({ from, to }: SeedRange) => {
  runSeeds(from, to, system).then(
    (tally) => parentPort!.postMessage(tally),
    (error: unknown) => {
      throw error;
    },
  );
});
