import { type WorkerEngine } from '../ports/worker-engine.ts';

const ABSENT = 'the engine of the existing workers is not part of this version';

/** Who has no engine of the existing workers does none of their units, and says so: nothing is checked, nothing taken over. */
export const absentWorkerEngine: WorkerEngine = {
  obstacle: async () => ABSENT,
  execute: async () => ({ is: 'impossible', reason: ABSENT }),
  close: async () => undefined,
};
