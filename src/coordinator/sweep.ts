import { expireLeases } from '../domain/fleet/lease-unit.ts';
import { type FleetRules } from '../domain/fleet/unit.ts';
import { type Clock } from '../ports/clock.ts';
import { type FleetSweep, type SweepReport } from '../ports/fleet.ts';
import { type FleetStores } from '../ports/fleet-stores.ts';
import { type Logger } from '../ports/logger.ts';
import { type Quarantine } from './quarantine-worker.ts';
import { type TakeIn } from './take-in.ts';
import { type UnitDesk } from './unit-desk.ts';

export interface SweepDeps {
  readonly stores: FleetStores;
  readonly unitDesk: UnitDesk;
  readonly takeIn: TakeIn;
  readonly quarantine: Quarantine;
  readonly rules: FleetRules;
  readonly clock: Clock;
  readonly log: Logger;
}

/** Rows read at a time. */
const BATCH = 500;
/** A request that brings a result is done long before; after this its process has died. */
const REQUEST_MS = 60_000;

/**
 * Ends leases whose time is up, and carries on what a process that died left half done. All of it may be done by several
 * at once, and again.
 */
export function createSweep({ stores, unitDesk, takeIn, quarantine, rules, clock, log }: SweepDeps): FleetSweep {
  const { units, results, workers } = stores;

  async function expire(): Promise<Pick<SweepReport, 'expired' | 'failed'>> {
    let expired = 0;
    let failed = 0;
    for (;;) {
      const ids = await units.overdue(clock.now(), BATCH);
      for (const id of ids) {
        const now = clock.now();
        const outcome = await unitDesk.change(id, (unit) => {
          const next = expireLeases(unit, rules, now);
          const ended = next.leases.filter((lease, i) => lease !== unit.leases[i]);
          return { unit: next, value: ended.length };
        });
        if (!outcome || outcome.value === 0) continue;
        expired += outcome.value;
        const { state, reason } = outcome.unit;
        if (state !== 'failed') continue;
        failed += 1;
        log.warn(`work unit ${id} failed: ${reason}`);
      }
      if (ids.length < BATCH) return { expired, failed };
    }
  }

  async function repair(): Promise<number> {
    let repaired = 0;
    for (const id of await units.outOfStep(BATCH)) {
      const unit = await units.get(id);
      if (unit?.inStep !== false) continue;
      await unitDesk.bringInStep(unit);
      repaired += 1;
    }
    for (const result of await results.untallied(clock.now() - REQUEST_MS, BATCH)) {
      await takeIn.finish(result);
      repaired += 1;
    }
    for (const worker of await workers.toWithdraw()) {
      await quarantine.withdrawAll(worker);
      repaired += 1;
    }
    return repaired;
  }

  return {
    async sweep() {
      const ended = await expire();
      return { ...ended, repaired: await repair() };
    },
  };
}
