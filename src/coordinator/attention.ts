import { fitOf } from '../domain/fleet/lease-unit.ts';
import { judgeFleet, type FleetJudgement } from '../domain/fleet/judge-fleet.ts';
import { type FleetRules } from '../domain/fleet/unit.ts';
import { isQuarantined, isResting, kindsFor, restEnd, type Worker } from '../domain/fleet/worker.ts';
import { type UnitInLine } from '../ports/fleet/records.ts';
import { type Clock } from '../ports/clock.ts';
import { type FleetStores } from '../ports/fleet/stores.ts';
import { type Logger } from '../ports/logger.ts';
import { ACTIVE_MS } from './summary.ts';

export interface FleetState {
  readonly workers: readonly Worker[];
  /** The unit that comes next, if any waits for a worker. */
  readonly next: UnitInLine | null;
  /** Number of units that wait; `MOST_WAITING` stands for more. */
  readonly waiting: number;
  readonly judgement: FleetJudgement;
  readonly rules: FleetRules;
  readonly now: number;
}

/** More waiting units are not counted. */
const MOST_WAITING = 1000;

export type AttentionStores = Pick<FleetStores, 'workers' | 'units' | 'files'>;

export async function readFleetState(
  { workers, units, files }: AttentionStores,
  rules: FleetRules,
  now: number,
): Promise<FleetState> {
  const [rows, inLine, records] = await Promise.all([workers.list(), units.inLine(MOST_WAITING), files.list()]);
  // A canary waits for one worker, for as long as that is away.
  const waiting = inLine.filter(({ onlyFor }) => onlyFor === undefined);
  const judgement = judgeFleet(records);
  return { workers: rows, next: waiting[0] ?? null, waiting: waiting.length, judgement, rules, now };
}

/** A unit may wait this long before it is reported: workers ask every 30 s. */
const PATIENCE_MS = 60_000;

/** Why nobody takes the next unit; null while somebody will, or has not had the time. */
function waitingReason({ workers, next, waiting, judgement, rules, now }: FleetState): string | null {
  if (next === null || now - next.turn < PATIENCE_MS) return null;
  const subject = `${waiting} work unit${waiting === 1 ? ' waits' : 's wait'} for a worker`;
  const active = workers.filter(({ lastSeen }) => now - lastSeen < ACTIVE_MS);
  if (active.length === 0) return `${subject}: none has asked for work in the last ${ACTIVE_MS / 60_000} minutes`;
  const able = active.filter((worker) => !isQuarantined(worker) && !isResting(worker, now));
  if (able.length === 0) return `${subject}: every active worker is quarantined or resting`;
  const isTaken = able.every((worker) => {
    const suspendedFor = judgement.suspended.get(worker.id) ?? new Set<string>();
    // Whether it gets the unit some time: one that gave it back has to wait for it.
    const askedAt = Number.MAX_SAFE_INTEGER;
    const asker = { workerId: worker.id, host: worker.host, kinds: kindsFor(worker, true), suspendedFor, askedAt };
    return fitOf(next, asker, rules) === 'no';
  });
  if (!isTaken) return null;
  return `work unit ${next.id} waits for another worker: each active one has a replica of it already, is suspended for its file, or cannot compute its kind`;
}

/** What a person should look at, one line each. A line stays the same while its cause does. */
export function attentionOf(state: FleetState): readonly string[] {
  const { workers, judgement, now } = state;
  const waiting = waitingReason(state);
  return [
    ...(waiting === null ? [] : [waiting]),
    ...judgement.inDoubt.map(({ file, hosts }) => `our copy of ${file} differs from those of ${hosts.join(', ')}`),
    ...[...judgement.suspended].map(
      ([id, files]) => `worker ${id} is suspended for ${[...files].sort().join(', ')}: its figures differ from ours`,
    ),
    ...workers.filter(isQuarantined).map(({ id, quarantine }) => `worker ${id} is quarantined: ${quarantine}`),
    ...workers
      .filter((worker) => !isQuarantined(worker) && isResting(worker, now))
      .map((worker) => {
        const until = new Date(restEnd(worker)).toISOString().slice(0, 16);
        return `worker ${worker.id} rests until ${until}Z: its last ${worker.refusedInRow} reports were refused`;
      }),
  ];
}

export interface AttentionLogDeps {
  readonly stores: AttentionStores;
  readonly rules: FleetRules;
  readonly clock: Clock;
  readonly log: Pick<Logger, 'warn'>;
}

/** Logs each line once while it lasts. */
export function createAttentionLog({ stores, rules, clock, log }: AttentionLogDeps): () => Promise<void> {
  let known: readonly string[] = [];
  return async () => {
    const lines = attentionOf(await readFleetState(stores, rules, clock.now()));
    for (const line of lines) if (!known.includes(line)) log.warn(line);
    known = lines;
  };
}
