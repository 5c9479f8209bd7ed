import { setTimeout as delay } from 'node:timers/promises';
import { fillCoordinator, workOnce, type ScriptedWorker } from '../../../bench/coordinator/scripted-worker.ts';
import { type Story } from '../story.ts';

/** Workers that pull units from the coordinator, and a client that creates them. */
export interface Fleet {
  /** Keys of the units that were asked for. */
  readonly asked: () => number;
  /** Creates no more units; the workers go on. */
  stopCreating(): Promise<void>;
  stop(): Promise<void>;
}

const WORKERS: readonly ScriptedWorker[] = Array.from({ length: 6 }, (_, i) => ({
  id: `machine${Math.floor(i / 2)}_Linux_W${(i % 2) + 1}`,
  generation: i === 5 ? 'v5' : 'root',
}));
const BATCH = 10;
const CREATE_EVERY_MS = 2_000;
const WORK_EVERY_MS = 250;
const ANSWER_WITHIN_MS = 15_000;

export function startFleet(url: string, story: Story): Fleet {
  let creates = true;
  let works = true;
  let asked = 0;

  const create = async (): Promise<void> => {
    for (let batch = 0; creates;) {
      try {
        await fillCoordinator(url, { name: `chaos-${batch}`, units: BATCH, replicas: 2 });
        asked += BATCH;
        batch += 1;
      } catch (error) {
        // Units that the lost answer had created are there when the batch is repeated: its keys are the same.
        if ((error as Error).message.includes('refused a unit')) {
          asked += BATCH;
          batch += 1;
        } else if (/: 500 /.test((error as Error).message)) story.violate('coordinator', (error as Error).message);
      }
      await delay(CREATE_EVERY_MS);
    }
  };
  const work = async (worker: ScriptedWorker): Promise<void> => {
    while (works) {
      try {
        const late = delay(ANSWER_WITHIN_MS, null, { ref: false });
        await Promise.race([workOnce(url, worker), late]);
      } catch (error) {
        if (/: 500 /.test((error as Error).message)) story.violate('coordinator', (error as Error).message);
      }
      await delay(WORK_EVERY_MS);
    }
  };
  const creating = create();
  const working = WORKERS.map(work);
  return {
    asked: () => asked,
    async stopCreating() {
      creates = false;
      await creating;
    },
    async stop() {
      creates = works = false;
      await Promise.all([creating, ...working]);
    },
  };
}
