import { byTurn, chooseUnit, type Asker } from '../domain/fleet/lease-unit.ts';
import { freeReplicas, type FleetRules } from '../domain/fleet/unit.ts';
import { type Clock } from '../ports/clock.ts';
import { type FleetUnit, type UnitInLine } from '../ports/fleet/records.ts';
import { type FleetUnitStore } from '../ports/fleet/stores.ts';

/**
 * The head of the line, in memory: asking the store for it at every request would cost more than everything else. It may
 * be behind what other coordinators do; each lease is checked by compare-and-set on the unit's version.
 */
export interface UnitQueue {
  /**
   * The unit this worker is to have, or null. Nobody else is offered it until it is `put` or released.
   */
  take(asker: Asker): Promise<UnitInLine | null>;
  /** What is known of a unit now: it joins the line, or leaves it when nothing of it is free. */
  put(unit: FleetUnit): void;
  /** Units that are likely to be taken soon after this one. */
  following(id: number, limit: number): readonly number[];
  /** The request that took it is done; one that was not put back is out of line until the store is asked again. */
  release(id: number): void;
}

/** How old the line may be when nothing in it fits: so long a unit that another coordinator made may go unseen. */
const STALE_MS = 1_000;
/** And when something fits: what others made may be more urgent. */
const OLD_MS = 5_000;
/** Units read at a time; more when none of so many fits. */
const FIRST_LENGTH = 1_000;
const MOST = 65_536;

export function createUnitQueue(units: Pick<FleetUnitStore, 'inLine'>, rules: FleetRules, clock: Clock): UnitQueue {
  const line = new Map<number, UnitInLine>();
  /** In the hands of a request, which puts them back. */
  const taken = new Map<number, Promise<void>>();
  const giveBack = new Map<number, () => void>();
  let length = FIRST_LENGTH;
  let readAt = -Infinity;
  /** The last of the line that was read when there was more behind it. */
  let edge: UnitInLine | null = null;
  let reading: Promise<void> | null = null;
  /** Put while the line was being read: what was read of them may be older. */
  const newer = new Set<number>();

  function set(unit: UnitInLine): void {
    const known = line.get(unit.id);
    if (known && known.version > unit.version) return;
    const isBeyond = edge !== null && byTurn(unit, edge) > 0;
    if (freeReplicas(unit) > 0 && !isBeyond) line.set(unit.id, unit);
    else line.delete(unit.id);
  }

  async function read(): Promise<void> {
    const startedAt = clock.now();
    newer.clear();
    const found = await units.inLine(length);
    readAt = startedAt;
    edge = found.length === length ? (found.at(-1) ?? null) : null;
    const present = new Set(found.map(({ id }) => id));
    for (const id of [...line.keys()]) if (!present.has(id) && !newer.has(id)) line.delete(id);
    for (const unit of found) if (!taken.has(unit.id) && !newer.has(unit.id)) set(unit);
  }

  function refresh(): Promise<void> {
    reading ??= read().finally(() => (reading = null));
    return reading;
  }

  function end(id: number): void {
    giveBack.get(id)?.();
    giveBack.delete(id);
    taken.delete(id);
  }

  function choose(asker: Asker): UnitInLine | null {
    const unit = chooseUnit(line.values(), asker, rules);
    if (unit === null) return null;
    line.delete(unit.id);
    taken.set(unit.id, new Promise<void>((resolve) => giveBack.set(unit.id, resolve)));
    return unit;
  }

  return {
    async take(asker) {
      let hasWaited = false;
      for (;;) {
        const unit = choose(asker);
        if (unit) {
          // Nobody waits for it; a store that is away is noticed by the lease that follows.
          if (clock.now() - readAt > OLD_MS) refresh().catch(() => undefined);
          return unit;
        }
        if (clock.now() - readAt > STALE_MS) {
          await refresh();
        } else if (taken.size > 0 && !hasWaited) {
          // Another replica of one of these may be for this worker.
          hasWaited = true;
          await Promise.all(taken.values());
        } else if (edge !== null && length < MOST) {
          length *= 2;
          await refresh();
        } else {
          return null;
        }
      }
    },
    put({ params: _, key: __, requestHash: ___, ...unit }) {
      end(unit.id);
      newer.add(unit.id);
      set(unit);
    },
    // Units made together have numbers in a row, and are taken in that order.
    following: (id, limit) =>
      Array.from({ length: limit }, (_, i) => id + 1 + i).filter((next) => {
        const kind = line.get(next)?.kind;
        return kind !== undefined && kind !== 'specs';
      }),
    release: end,
  };
}
