import { byTurn, chooseUnit, type Asker } from '../domain/fleet/lease-unit.ts';
import { freeReplicas, type FleetRules } from '../domain/fleet/unit.ts';
import { type Clock } from '../ports/clock.ts';
import { type FleetUnit, type UnitInLine } from '../ports/fleet/records.ts';
import { type FleetUnitStore } from '../ports/fleet/stores.ts';

/**
 * In-memory cache of the head of the unit queue; a store query per request would dominate the cost of a request. The
 * cache may be stale with respect to other coordinators, so each lease is checked by compare-and-set on the unit's
 * version.
 */
export interface UnitQueue {
  /**
   * Takes the next unit for this worker, or null. No other request gets it until it is `put` or released.
   */
  take(asker: Asker): Promise<UnitInLine | null>;
  /** Updates the cached unit: adds it to the queue, or removes it when it has no free replica. */
  put(unit: FleetUnit): void;
  /** Ids of units that are likely to be taken next after this one. */
  following(id: number, limit: number): readonly number[];
  /** Ends the take. A unit that was not `put` back stays out of the queue until the next read of the store. */
  release(id: number): void;
}

/** Maximum cache age when no unit matches; units created by another coordinator stay invisible for this long. */
const STALE_MS = 1_000;
/** Maximum cache age when a unit matches; more urgent units of another coordinator stay invisible for this long. */
const OLD_MS = 5_000;
/** Initial number of units per read; doubled up to `MAX_LENGTH` while none of them matches. */
const FIRST_LENGTH = 1_000;
const MAX_LENGTH = 65_536;
/** Waits of one request for units that other requests have taken. */
const MAX_WAITS = 8;

export function createUnitQueue(units: Pick<FleetUnitStore, 'inLine'>, rules: FleetRules, clock: Clock): UnitQueue {
  const cached = new Map<number, UnitInLine>();
  /** Units taken by a running request. */
  const taken = new Map<number, Promise<void>>();
  const resolvers = new Map<number, () => void>();
  let length = FIRST_LENGTH;
  let readAt = -Infinity;
  /** The last unit read, if the store has more units behind it. */
  let lastRead: UnitInLine | null = null;
  let reading: Promise<void> | null = null;
  /** Units put during a read; the version read from the store may be older. */
  const newer = new Set<number>();

  function set(unit: UnitInLine): void {
    const known = cached.get(unit.id);
    if (known && known.version > unit.version) return;
    const isBeyond = lastRead !== null && byTurn(unit, lastRead) > 0;
    if (freeReplicas(unit) > 0 && !isBeyond) cached.set(unit.id, unit);
    else cached.delete(unit.id);
  }

  async function read(): Promise<void> {
    const startedAt = clock.now();
    newer.clear();
    const found = await units.inLine(length);
    readAt = startedAt;
    lastRead = found.length === length ? (found.at(-1) ?? null) : null;
    const present = new Set(found.map(({ id }) => id));
    for (const id of [...cached.keys()]) if (!present.has(id) && !newer.has(id)) cached.delete(id);
    for (const unit of found) if (!taken.has(unit.id) && !newer.has(unit.id)) set(unit);
  }

  function refresh(): Promise<void> {
    reading ??= read().finally(() => (reading = null));
    return reading;
  }

  function end(id: number): void {
    resolvers.get(id)?.();
    resolvers.delete(id);
    taken.delete(id);
  }

  function choose(asker: Asker): UnitInLine | null {
    const unit = chooseUnit(cached.values(), asker, rules);
    if (unit === null) return null;
    cached.delete(unit.id);
    taken.set(unit.id, new Promise<void>((resolve) => resolvers.set(unit.id, resolve)));
    return unit;
  }

  return {
    async take(asker) {
      let waits = 0;
      // Units that were `put` before the first read are no queue.
      if (readAt === -Infinity) await refresh();
      for (;;) {
        const unit = choose(asker);
        if (unit) {
          // In the background; the following lease reports an unreachable store.
          if (clock.now() - readAt > OLD_MS) refresh().catch(() => undefined);
          return unit;
        }
        if (clock.now() - readAt > STALE_MS) {
          await refresh();
        } else if (taken.size > 0 && waits < MAX_WAITS) {
          // Another replica of a taken unit may match this worker. Another request may take it first.
          waits += 1;
          await Promise.all(taken.values());
        } else if (lastRead !== null && length < MAX_LENGTH) {
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
    // Units created together have consecutive numbers and are taken in that order.
    following: (id, limit) =>
      Array.from({ length: limit }, (_, i) => id + 1 + i).filter((next) => {
        const kind = cached.get(next)?.kind;
        return kind !== undefined && kind !== 'specs';
      }),
    release: end,
  };
}
