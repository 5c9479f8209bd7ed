import { newWorker, suspect, type Worker } from '../domain/fleet/worker.ts';
import { type Clock } from '../ports/clock.ts';
import { compareAndSet } from '../ports/compare-and-set.ts';
import { type FleetWorkerStore } from '../ports/fleet/stores.ts';

export interface WorkerRepository {
  /** The worker as this process knows it; at most `FRESH_MS` old. A new one is put on the books. */
  get(id: string): Promise<Worker>;
  /** Notes that it was heard of. */
  seen(id: string, platform: string): Promise<Worker>;
  /** Changes a worker by a decision, again when somebody was faster. Nothing is written when it gives the worker back. */
  change(id: string, decide: (worker: Worker) => Worker | Promise<Worker>): Promise<Worker>;
  suspect(id: string, unitId: number, isSuspect: boolean): Promise<void>;
}

/** A quarantine by another coordinator is heeded after so long. */
const FRESH_MS = 5_000;
/** When a worker was last heard of is written this often: whether it lives is decided by minutes. */
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
