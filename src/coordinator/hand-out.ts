import { leaseTo, type Asker } from '../domain/fleet/lease-unit.ts';
import { type StrategyParams } from '../domain/fleet/strategy-params.ts';
import { type FleetRules } from '../domain/fleet/unit.ts';
import { isQuarantined, isResting, kindsFor } from '../domain/fleet/worker.ts';
import { type Clock } from '../ports/clock.ts';
import { type FleetStores } from '../ports/fleet-stores.ts';
import { type Backlog } from './backlog.ts';
import { type OperatorOrders } from './operator-orders.ts';
import { type WorkerDesk } from './worker-desk.ts';

export interface Assignment {
  readonly unitId: number;
  readonly params: StrategyParams;
  readonly replica: number;
  readonly replicasNeeded: number;
}

/** `end`: the worker is to stop; the text says why. */
export type HandOut = { readonly work: Assignment } | { readonly none: true } | { readonly end: string };

export interface WorkRequest {
  readonly workerId: string;
  /** The User-Agent. */
  readonly platform: string;
  /** It understands units of kind `specs`. */
  readonly acceptsSpecs: boolean;
}

export interface HandOutDeps {
  readonly units: FleetStores['units'];
  readonly backlog: Backlog;
  readonly workers: WorkerDesk;
  readonly orders: OperatorOrders;
  readonly rules: FleetRules;
  readonly clock: Clock;
}

/** Gives a worker the first unit in line that it may have. The lease is in the store before it is answered. */
export function createHandOut({ units, backlog, workers, orders, rules, clock }: HandOutDeps) {
  async function lease(asker: Asker): Promise<Assignment | null> {
    for (;;) {
      const unit = await backlog.take(asker);
      if (unit === null) return null;
      try {
        const saved = await units.save(leaseTo(unit, asker, rules, clock.now()), unit.version);
        if (saved === null) {
          // Another coordinator, or a result, was faster: what is in the store now decides whether it still fits.
          const current = await units.get(unit.id);
          if (current) backlog.put(current);
          else backlog.drop(unit.id);
          continue;
        }
        backlog.put(saved);
        const given = saved.leases.at(-1);
        return {
          unitId: saved.id,
          params: saved.params,
          replica: given?.replica ?? 1,
          replicasNeeded: saved.wanted,
        };
      } catch (error) {
        backlog.drop(unit.id);
        throw error;
      }
    }
  }

  return async function handOut({ workerId, platform, acceptsSpecs }: WorkRequest): Promise<HandOut> {
    const end = await orders.endOf(workerId);
    if (end !== null) return { end };
    const worker = await workers.seen(workerId, platform);
    if (isQuarantined(worker) || isResting(worker, clock.now())) return { none: true };
    const work = await lease({ workerId, host: worker.host, kinds: kindsFor(worker, acceptsSpecs) });
    return work ? { work } : { none: true };
  };
}
