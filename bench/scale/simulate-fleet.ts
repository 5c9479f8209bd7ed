import { type Asker } from '../../src/domain/fleet/lease-unit.ts';
import { UNIT_KINDS, isOpen, votesOf, type FleetRules } from '../../src/domain/fleet/unit.ts';
import { createRng, type Rng } from '../../src/domain/random/rng.ts';
import { createEventQueue } from './event-queue.ts';
import { createSimulatedServer } from './simulated-server.ts';

/** Times in seconds of a virtual clock; shares and rates are 0..1. */
export interface FleetScenario {
  readonly nodes: number;
  readonly units: number;
  readonly replicas: number;
  readonly seed: number;
  /** Median time of a unit. A lognormal factor varies it per unit, and another one per machine. */
  readonly serviceSeconds: number;
  /** Share of units that a worker never reports; it continues with the next unit. */
  readonly failureRate: number;
  /** Share of requests whose answer is lost. If the request was a report that was received, the worker sends it again. */
  readonly lossRate: number;
  /** Share of the nodes that die permanently halfway. */
  readonly killShare: number;
  /** How long the coordinator is unavailable, after a quarter of the ideal time. */
  readonly outageSeconds: number;
  readonly rules: FleetRules;
}

export interface FleetOutcome {
  readonly completed: number;
  readonly failed: number;
  /** Units that did not end, because every remaining worker has already had a replica of them. */
  readonly open: number;
  /** Nodes that were alive at the end. */
  readonly living: number;
  /** Number of failed units per reason. */
  readonly failureReasons: Readonly<Record<string, number>>;
  /** Time until the last unit ended. */
  readonly seconds: number;
  /** Time that the same fleet needs without losses and waiting. */
  readonly idealSeconds: number;
  readonly unitsPerHour: number;
  /** Share of the time of living nodes that they worked. */
  readonly utilisation: number;
  /** Share of the work that did not count: missing reports, deaths, late and duplicate reports. */
  readonly waste: number;
  readonly lateReports: number;
  readonly doubleReports: number;
  readonly expiredLeases: number;
  /** Time from the death of the nodes until others completed the last unit that one of them held; null if none died. */
  readonly recoverySeconds: number | null;
  /** Jain's index of the counted work time of the living nodes: 1 if all are equal. */
  readonly fairness: number;
  /** Units with more votes than requested, or two of one worker. Must be 0. */
  readonly countedTwice: number;
}

interface Node {
  readonly asker: Asker;
  readonly speed: number;
  isAlive: boolean;
  holds: number | null;
  worked: number;
  counted: number;
}

type Event =
  | { readonly kind: 'ask'; readonly node: number }
  | {
      readonly kind: 'report';
      readonly node: number;
      readonly unit: number;
      readonly took: number;
      readonly again: boolean;
    }
  | { readonly kind: 'silence'; readonly node: number; readonly took: number }
  | { readonly kind: 'sweep' }
  | { readonly kind: 'kill' };

/** Python workers wait this long without work or after a failed request. */
const WAIT_SECONDS = 30;
const SWEEP_SECONDS = 5;
const LATENCY_SECONDS = 0.05;
const SERVICE_SPREAD = 0.5;
const SPEED_SPREAD = 0.3;
/** Stop when no unit was assigned for this many lease times: no remaining worker may take the open units. */
const LEASES_WITHOUT_WORK = 10;

/**
 * Simulates a fleet of remote workers with the real decisions of the coordinator, event by event on a virtual clock. The
 * same scenario gives the same outcome.
 */
export function simulateFleet(scenario: FleetScenario): FleetOutcome {
  const { rules, units, replicas } = scenario;
  const rng = createRng(`fleet ${scenario.seed}`);
  const server = createSimulatedServer(units, replicas, { ...rules, leaseMs: rules.leaseMs / 1000 });
  const nodes = Array.from({ length: scenario.nodes }, (_, i) => nodeOf(rng, i));
  const speed = nodes.reduce((sum, node) => sum + node.speed, 0);
  const meanService = scenario.serviceSeconds * Math.exp(SERVICE_SPREAD ** 2 / 2);
  const idealSeconds = (units * replicas * meanService) / speed;
  const outage = { from: idealSeconds / 4, to: idealSeconds / 4 + scenario.outageSeconds };
  const isUnavailable = (at: number): boolean => at >= outage.from && at < outage.to;

  const events = createEventQueue<Event>();
  nodes.forEach((_, node) => events.add(WAIT_SECONDS * rng.next(), { kind: 'ask', node }));
  events.add(SWEEP_SECONDS, { kind: 'sweep' });
  if (scenario.killShare > 0) events.add(idealSeconds / 2, { kind: 'kill' });

  const giveUpSeconds = LEASES_WITHOUT_WORK * (rules.leaseMs / 1000) + scenario.outageSeconds;
  let now = 0;
  let assignedAt = 0;
  let lateReports = 0;
  let doubleReports = 0;
  let expiredLeases = 0;
  let wasted = 0;
  let results = 0;
  let aliveSeconds = 0;
  const orphaned = new Set<number>();
  let killedAt: number | null = null;
  let recoveredAt: number | null = null;

  const askAgain = (node: number, after: number): void => events.add(now + after, { kind: 'ask', node });

  const ask = (index: number): void => {
    const node = nodes[index]!;
    if (isUnavailable(now) || rng.next() < scenario.lossRate) return askAgain(index, WAIT_SECONDS);
    const unit = server.assignUnit(node.asker, now);
    if (unit === null) return askAgain(index, WAIT_SECONDS);
    node.holds = unit;
    assignedAt = now;
    const took = (scenario.serviceSeconds * Math.exp(SERVICE_SPREAD * rng.normal())) / node.speed;
    const at = now + took + 2 * LATENCY_SECONDS;
    if (rng.next() < scenario.failureRate) events.add(at, { kind: 'silence', node: index, took });
    else events.add(at, { kind: 'report', node: index, unit, took, again: false });
  };

  const report = ({ node: index, unit, took, again }: Extract<Event, { kind: 'report' }>): void => {
    const node = nodes[index]!;
    if (!again) {
      node.worked += took;
      node.holds = null;
    }
    // A report that the coordinator does not receive is lost: Python workers never send it again.
    if (isUnavailable(now)) wasted += took;
    else {
      results += 1;
      const verdict = server.submit(unit, node.asker.workerId, again ? -unit : results, `unit ${unit}`, now);
      if (verdict === 'accepted') node.counted += took;
      else if (!again) wasted += took;
      if (verdict === 'late') lateReports += 1;
      if (verdict === 'duplicate') doubleReports += 1;
      if (orphaned.delete(unit) && isOpen(server.units.get(unit)!)) orphaned.add(unit);
      if (killedAt !== null && recoveredAt === null && orphaned.size === 0) recoveredAt = now;
      if (!again && rng.next() < scenario.lossRate)
        events.add(now + 1, { kind: 'report', node: index, unit, took, again: true });
    }
    if (!again) askAgain(index, 2 * LATENCY_SECONDS);
  };

  const kill = (): void => {
    killedAt = now;
    for (const node of nodes) {
      if (rng.next() >= scenario.killShare) continue;
      node.isAlive = false;
      aliveSeconds += now;
      if (node.holds !== null && isOpen(server.units.get(node.holds)!)) orphaned.add(node.holds);
    }
    if (nodes.every(({ isAlive }) => !isAlive)) nodes[0]!.isAlive = true;
    if (orphaned.size === 0) recoveredAt = now;
  };

  while (server.open > 0) {
    const next = events.next();
    if (next === null || next.at - assignedAt > giveUpSeconds) break;
    now = next.at;
    const { event } = next;
    if (event.kind === 'sweep') {
      if (!isUnavailable(now)) expiredLeases += server.sweep(now);
      events.add(now + SWEEP_SECONDS, { kind: 'sweep' });
    } else if (event.kind === 'kill') kill();
    else if (nodes[event.node]!.isAlive) {
      if (event.kind === 'ask') ask(event.node);
      else if (event.kind === 'report') report(event);
      else {
        nodes[event.node]!.worked += event.took;
        nodes[event.node]!.holds = null;
        wasted += event.took;
        askAgain(event.node, WAIT_SECONDS);
      }
    } else if (event.kind !== 'ask') wasted += event.took;
  }
  aliveSeconds += nodes.filter(({ isAlive }) => isAlive).length * now;
  return summary();

  function summary(): FleetOutcome {
    const all = [...server.units.values()];
    const counted = nodes.reduce((sum, node) => sum + node.counted, 0);
    const completed = all.filter(({ state }) => state === 'completed').length;
    const failures = all.filter(({ state }) => state === 'failed');
    const failureReasons: Record<string, number> = {};
    for (const { reason } of failures) failureReasons[reason] = (failureReasons[reason] ?? 0) + 1;
    return {
      completed,
      failed: failures.length,
      open: server.open,
      living: nodes.filter(({ isAlive }) => isAlive).length,
      failureReasons,
      seconds: now,
      idealSeconds,
      unitsPerHour: (completed / now) * 3600,
      utilisation: nodes.reduce((sum, node) => sum + node.worked, 0) / aliveSeconds,
      waste: wasted / (wasted + counted),
      lateReports,
      doubleReports,
      expiredLeases,
      recoverySeconds: killedAt === null ? null : (recoveredAt ?? now) - killedAt,
      fairness: jain(nodes.filter(({ isAlive }) => isAlive).map((node) => node.counted)),
      countedTwice: all.filter((unit) => {
        const votes = votesOf(unit);
        return (
          votes.length > Math.max(unit.wanted, replicas) || new Set(votes.map((v) => v.workerId)).size < votes.length
        );
      }).length,
    };
  }
}

function nodeOf(rng: Rng, index: number): Node {
  const host = `node${index}`;
  return {
    asker: { workerId: `${host}_Linux_W1`, host, kinds: new Set(UNIT_KINDS), suspendedFor: new Set(), askedAt: 0 },
    speed: Math.exp(SPEED_SPREAD * rng.normal()),
    isAlive: true,
    holds: null,
    worked: 0,
    counted: 0,
  };
}

/** (sum)^2 / (n sum of squares); 1 where all are equal. */
function jain(values: readonly number[]): number {
  const sum = values.reduce((a, b) => a + b, 0);
  const squares = values.reduce((a, b) => a + b * b, 0);
  return squares > 0 ? (sum * sum) / (values.length * squares) : 1;
}
