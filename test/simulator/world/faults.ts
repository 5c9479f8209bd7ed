import { type Plan, type PlannedFault } from '../plan/plan.ts';
import { type FaultKind } from '../plan/kinds.ts';

/** Faults that strike when a job starts; their target is a queue, or a queue and a name. */
const OF_JOBS: ReadonlySet<FaultKind> = new Set(['double-job', 'late-job']);

export interface Faults {
  /** Candle of the plan; faults of later ones wait. */
  startCandle(candle: number): void;
  /** The fault that strikes this operation. */
  atOperation(name: string): PlannedFault | null;
  /** @param job queue and name */
  atJob(job: string): PlannedFault | null;
  /** A fault that waits for its operation from now on. */
  arm(fault: PlannedFault): void;
  /** No more faults: the company must come to rest. */
  end(): void;
}

export function createFaults(plan: Pick<Plan, 'faults'>): Faults {
  let waiting = [...plan.faults];
  let armed: { readonly fault: PlannedFault; skip: number }[] = [];
  const strike = (isOfJobs: boolean, name: string): PlannedFault | null => {
    if (armed.length === 0) return null;
    for (const entry of armed) {
      if (OF_JOBS.has(entry.fault.kind) !== isOfJobs || !name.startsWith(entry.fault.target)) continue;
      if (entry.skip > 0) {
        entry.skip -= 1;
        continue;
      }
      armed = armed.filter((other) => other !== entry);
      return entry.fault;
    }
    return null;
  };
  return {
    startCandle(candle) {
      const due = waiting.filter((fault) => fault.candle <= candle);
      waiting = waiting.filter((fault) => fault.candle > candle);
      armed.push(...due.map((fault) => ({ fault, skip: fault.skip })));
    },
    atOperation: (name) => strike(false, name),
    atJob: (job) => strike(true, job),
    arm: (fault) => void armed.push({ fault, skip: fault.skip }),
    end() {
      waiting = [];
      armed = [];
    },
  };
}
