import { instanceOf, isOfHost, limitBroken, type WorkerLimit } from '../domain/fleet/worker-name.ts';
import { type Clock } from '../ports/clock.ts';
import { type FleetStores } from '../ports/fleet/stores.ts';

export interface ShutdownAnswer {
  readonly workerIds: readonly string[];
  /** Workers of the host that continue. */
  readonly kept: readonly string[];
}

/** Operator commands for workers and hosts: shutdowns, and limits on the number of workers per host. */
export interface OperatorCommands {
  /** Why this worker must stop now; null when it may work. A shutdown command is delivered once. */
  shutdownReason(workerId: string): Promise<string | null>;
  shutDown(workerIds: readonly string[]): Promise<ShutdownAnswer>;
  /**
   * Shuts down all workers of a host except the `keep` with the lowest numbers, and sets a limit of `keep` (if > 0).
   */
  shutDownHost(hostname: string, keep: number): Promise<ShutdownAnswer>;
  limits(): Promise<readonly WorkerLimit[]>;
  setLimit(limit: WorkerLimit): Promise<void>;
  removeLimit(hostname: string): Promise<boolean>;
}

/** Cache time: commands given to another coordinator take effect within it. */
const FRESH_MS = 1_000;
/** Workers not seen for longer are considered gone and get no shutdown command. */
const GONE_MS = 24 * 3_600_000;

export function createOperatorCommands(
  { controls, workers }: Pick<FleetStores, 'controls' | 'workers'>,
  clock: Clock,
): OperatorCommands {
  interface Known {
    readonly shutdowns: ReadonlySet<string>;
    readonly limits: readonly WorkerLimit[];
  }
  let known: Promise<Known> | null = null;
  let readAt = -Infinity;

  async function read(): Promise<Known> {
    const [shutdowns, limits] = await Promise.all([controls.shutdowns(), controls.limits()]);
    return { shutdowns: new Set(shutdowns), limits };
  }

  function current(): Promise<Known> {
    if (known === null || clock.now() - readAt > FRESH_MS) {
      readAt = clock.now();
      const asked = read();
      known = asked;
      asked.catch(() => {
        if (known === asked) known = null;
      });
    }
    return known;
  }

  const changed = (): void => {
    known = null;
  };

  async function shutDown(workerIds: readonly string[], kept: readonly string[] = []): Promise<ShutdownAnswer> {
    await controls.orderShutdown(workerIds.map((workerId) => ({ workerId, orderedAt: clock.now() })));
    changed();
    return { workerIds, kept };
  }

  return {
    async shutdownReason(workerId) {
      const { shutdowns, limits } = await current();
      if (shutdowns.has(workerId) && (await controls.takeShutdown(workerId))) {
        changed();
        return 'Shutdown requested';
      }
      const broken = limitBroken(workerId, limits);
      return broken && `At most ${broken.maxWorkers} workers on ${broken.hostname}`;
    },
    shutDown,
    async shutDownHost(hostname, keep) {
      const since = clock.now() - GONE_MS;
      const own = (await workers.list())
        .filter(({ id, lastSeen }) => isOfHost(id, hostname) && lastSeen > since)
        .sort((a, b) => (instanceOf(a.id) ?? 0) - (instanceOf(b.id) ?? 0))
        .map(({ id }) => id);
      if (keep > 0) await controls.setLimit({ hostname, maxWorkers: keep });
      return shutDown(own.slice(keep), own.slice(0, keep));
    },
    limits: async () => (await current()).limits,
    async setLimit(limit) {
      await controls.setLimit(limit);
      changed();
    },
    async removeLimit(hostname) {
      const removed = await controls.removeLimit(hostname);
      changed();
      return removed;
    },
  };
}
