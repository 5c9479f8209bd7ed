import { type StrategyParams } from '../domain/fleet/strategy-params.ts';
import { type Clock } from '../ports/clock.ts';
import { type FleetUnitStore } from '../ports/fleet/stores.ts';
import { createSerial } from '../ports/serial.ts';
import { type Fleet } from './fleet.ts';
import { PRIORITY } from './unit-request.ts';

export interface AutoCreateDeps {
  readonly fleet: Fleet;
  readonly units: Pick<FleetUnitStore, 'inLine'>;
  readonly clock: Clock;
  /** Parameters of one round of searches. */
  readonly searches: readonly StrategyParams[];
  readonly replicas: number;
}

/** No more are created while so many units wait: a lone worker leaves a replica of each to others. */
const MOST_WAITING = 50;
/** One round within this time, over all coordinators: its number is part of the keys. */
const ROUND_MS = 30_000;

/** A fleet that creates searches for a worker that would otherwise get none. */
export function keepBusy({ fleet, units, clock, searches, replicas }: AutoCreateDeps): Fleet {
  const serial = createSerial();
  let lastRound = -1;

  async function createRound(): Promise<void> {
    const round = Math.floor(clock.now() / ROUND_MS);
    if (round === lastRound || (await units.inLine(MOST_WAITING)).length >= MOST_WAITING) return;
    await fleet.createUnits(
      searches.map((params, i) => ({
        key: `auto/${round}/${i}`,
        kind: 'genetic',
        params,
        replicas,
        // Behind everything that somebody asked for.
        priority: PRIORITY - 1,
      })),
    );
    lastRound = round;
  }

  return {
    ...fleet,
    async assignUnit(request) {
      const assigned = await fleet.assignUnit(request);
      if (!('none' in assigned)) return assigned;
      await serial('round', createRound);
      return fleet.assignUnit(request);
    },
  };
}
