import { newWorker, suspect, type Worker } from '../domain/fleet/worker.ts';
import { type Clock } from '../ports/clock.ts';
import { compareAndSet } from '../ports/compare-and-set.ts';
import { type FleetWorkerStore } from '../ports/fleet/stores.ts';

export interface WorkerRepository {
  /** The cached worker, at most `FRESH_MS` old. Adds an unknown worker. */
  get(id: string): Promise<Worker>;
  /** Records that the worker sent a request. */
  seen(id: string, platform: string): Promise<Worker>;
  /**
   * Changes a worker by a decision and retries after a conflict. Writes nothing when the decision returns the same
   * worker. @throws AppError `contention`
   */
  change(id: string, decide: (worker: Worker) => Worker | Promise<Worker>): Promise<Worker>;
  suspect(id: string, unitId: number, isSuspect: boolean): Promise<void>;
}

/** Cache time: a quarantine by another coordinator takes effect within it. */
const FRESH_MS = 5_000;
/** Minimum time between two writes of `lastSeen`; whether a worker is active is decided on the scale of minutes. */
const NOTE_EVERY_MS = 5_000;

export function createWorkerRepository(workers: FleetWorkerStore, clock: Clock): WorkerRepository {
  const known = new Map<string, { readonly worker: Worker; readonly readAt: number }>();

  async function load(id: string): Promise<Worker> {
    const readAt = clock.now();
    const worker = (await workers.get(id)) ?? (await workers.add(newWorker(id, readAt)));
    known.set(id, { worker, readAt });
    return worker;
  }

  async function get(id: string): Promise<Worker> {
    const entry = known.get(id);
    return entry && clock.now() - entry.readAt < FRESH_MS ? entry.worker : load(id);
  }

  const change: WorkerRepository['change'] = (id, decide) =>
    compareAndSet(`worker '${id}'`, async (isFirst) => {
      const worker = await (isFirst ? get(id) : load(id));
      const next = await decide(worker);
      if (next === worker) return { done: worker };
      if (!(await workers.save(next, worker.version))) return null;
      const saved = { ...next, version: worker.version + 1 };
      known.set(id, { worker: saved, readAt: known.get(id)?.readAt ?? clock.now() });
      return { done: saved };
    });

  return {
    get,
    change,
    seen: (id, platform) =>
      change(id, (worker) => {
        const now = clock.now();
        const isNoted = now - worker.lastSeen < NOTE_EVERY_MS && worker.platform === platform;
        return isNoted ? worker : { ...worker, platform, lastSeen: now };
      }),
    async suspect(id, unitId, isSuspect) {
      await change(id, (worker) => suspect(worker, unitId, isSuspect));
    },
  };
}
