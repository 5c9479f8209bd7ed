import { chooseUnit, expireLeases, leaseTo, type Asker } from '../../src/domain/fleet/lease-unit.ts';
import { receive } from '../../src/domain/fleet/receive-result.ts';
import {
  freeReplicas,
  isOpen,
  newUnit,
  nextExpiry,
  type FleetRules,
  type Unit,
  type ResultVerdict,
} from '../../src/domain/fleet/unit.ts';

/** The coordinator's decisions on units in memory, without HTTP and store. */
export interface SimulatedServer {
  readonly units: ReadonlyMap<number, Unit>;
  /** Units that have not ended. */
  readonly open: number;
  assignUnit(asker: Asker, now: number): number | null;
  submit(unitId: number, workerId: string, resultId: number, digest: string, now: number): ResultVerdict | 'orphan';
  /** Ends expired leases; returns their number. */
  sweep(now: number): number;
}

/** Units considered for one worker. The real queue of units considers as many as necessary. */
const LOOK_AHEAD = 64;

export function createSimulatedServer(count: number, replicas: number, rules: FleetRules): SimulatedServer {
  const units = new Map<number, Unit>();
  /** Units with free replicas, in order; a unit that loses its place moves to the end. */
  const waiting = new Map<number, Unit>();
  /** Units with a running lease. */
  const running = new Set<number>();
  let open = count;

  const put = (unit: Unit, movesBack = false): void => {
    const before = units.get(unit.id);
    if (before && isOpen(before) && !isOpen(unit)) open -= 1;
    units.set(unit.id, unit);
    if (movesBack || freeReplicas(unit) === 0) waiting.delete(unit.id);
    if (freeReplicas(unit) > 0) waiting.set(unit.id, unit);
    if (nextExpiry(unit) === null) running.delete(unit.id);
    else running.add(unit.id);
  };
  for (let id = 1; id <= count; id += 1) {
    put(newUnit({ id, kind: 'evaluate', deterministic: true, replicas, priority: 5, createdAt: 0 }));
  }

  return {
    units,
    get open() {
      return open;
    },
    assignUnit(asker, now) {
      const first: Unit[] = [];
      for (const unit of waiting.values()) {
        first.push(unit);
        if (first.length === LOOK_AHEAD) break;
      }
      const chosen = chooseUnit(first, asker, rules);
      if (chosen === null) return null;
      put(leaseTo(chosen, asker, rules, now));
      return chosen.id;
    },
    submit(unitId, workerId, resultId, digest, now) {
      const unit = units.get(unitId)!;
      const arrival = { workerId, id: resultId, verdict: 'accepted' as const, digest, pnl: 1, sound: true };
      const receipt = receive(unit, arrival, rules, now);
      if (receipt.unit !== unit) put(receipt.unit, receipt.unit.turn !== unit.turn);
      return receipt.verdict;
    },
    sweep(now) {
      let ended = 0;
      for (const id of [...running]) {
        const unit = units.get(id)!;
        const expiry = nextExpiry(unit);
        if (expiry === null || expiry > now) continue;
        const after = expireLeases(unit, rules, now);
        if (after === unit) continue;
        ended += after.leases.filter(
          (lease, i) => lease.state === 'expired' && unit.leases[i]!.state === 'running',
        ).length;
        put(after, true);
      }
      return ended;
    },
  };
}
