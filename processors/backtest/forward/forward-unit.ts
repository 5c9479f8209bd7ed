import { readReport } from '../../../src/domain/fleet/reported-fields.ts';
import { judgeReport } from '../../../src/domain/fleet/judge-report.ts';
import { sha256 } from '../../../src/domain/identity/sha256.ts';
import { type Clock } from '../../../src/ports/clock.ts';
import { type Coordinator, type PlacedUnit, type RemoteReport } from '../../../src/ports/fleet/client.ts';
import { AppError, hasCode } from '../../../src/domain/errors.ts';
import { type ForwardedUnit, type ForwardingStore } from '../../../src/ports/fleet/forwarding.ts';
import { type WorkerEngine } from '../../../src/ports/fleet/engine.ts';
import { type JobContext } from '../../agent/job-context.ts';
import { sleepUntil } from '../../agent/step-job.ts';
import { createReportTaker, type TakeReportsDeps } from './take-reports.ts';

export interface ForwarderDeps extends Omit<TakeReportsDeps, 'engine'> {
  readonly forwarding: ForwardingStore;
  readonly coordinator: Coordinator;
  readonly engine: Pick<WorkerEngine, 'execute' | 'obstacle'>;
  readonly clock: Clock;
  /** Interval between two polls of a unit, ms. */
  readonly pollMs: number;
  /** How long the coordinator may still be working on a request that it has not answered, ms. */
  readonly settleMs: number;
}

type Change = Partial<Omit<ForwardedUnit, 'id' | 'version'>>;

/** Maximum time that a unit keeps the turn, unless it is still in state `creating`. */
const LONGEST_TURN_MS = 60_000;
/** A successful creation takes a fraction of this time. */
const TURN_POLL_MS = 500;
/** Polls of an unconfirmed unit are this many times rarer: only its results can show that it exists. */
const UNKNOWN_POLL_FACTOR = 4;
const LOCAL = 'local';

const isFinal = ({ state }: ForwardedUnit): boolean => state === 'done' || state === 'failed';

/** Whether to try again later: the coordinator is unreachable, or another program answers at its address. */
function isAway(error: unknown): error is AppError {
  return (
    hasCode(error, 'coordinator-away') ||
    hasCode(error, 'coordinator-bad-answer') ||
    hasCode(error, 'coordinator-unknown')
  );
}

/** Seed of a search that runs locally; the same for a unit on every node. */
const seedOf = (id: string): number => Number.parseInt(sha256(id).slice(0, 8), 16);

/**
 * Resumes a unit from the state in its row. It runs until the unit has ended or must wait; then the job is delayed in its
 * queue. Every step is written before it is taken: after a crash the next process resumes from the row, and no row leads
 * to a second request for a unit that may already exist.
 */
export function createForwarder(deps: ForwarderDeps) {
  const { forwarding, coordinator, engine, clock, pollMs, settleMs } = deps;
  const takeReports = createReportTaker(deps);

  return async function forward(unitId: string, { job, token, abortSignal, log }: JobContext): Promise<ForwardedUnit> {
    const found = await forwarding.get(unitId);
    if (!found) throw new AppError('unknown-work-unit', `there is no forwarded unit ${unitId}`);
    let unit = found;

    const move = async (change: Change): Promise<void> => {
      const saved = await forwarding.save({ ...unit, ...change }, unit.version);
      if (!saved) {
        throw new AppError('contention', `forwarded unit ${unitId} was changed by another process`, {
          retryable: true,
        });
      }
      unit = saved;
    };
    const end = (change: Change): Promise<void> => move({ ...change, endedAt: clock.now() });
    /** Delays the job until `until`, or until the unit's deadline when that is sooner. */
    const sleep = (until: number): Promise<never> => {
      const wake = clock.now() < unit.deadlineAt ? Math.min(until, unit.deadlineAt) : until;
      return sleepUntil(job, token, Math.max(wake, clock.now() + 1));
    };
    const isLate = (): boolean => clock.now() >= unit.deadlineAt;
    const placed = (): PlacedUnit => ({ remoteId: unit.remoteId!, order: unit.order, bookmark: unit.bookmark! });

    async function runHere(reason: string): Promise<void> {
      await move({ state: 'local', reason, mayExist: unit.state !== 'planned' });
      // The local run does not wait for the remote one.
      if (unit.remoteId !== null) await coordinator.cancel(placed()).catch(ignoreAway);
    }

    /**
     * Only one unit at a time may be requested: the number of units at the coordinator then shows whether a lost request
     * was carried out. Returns null when this unit has the turn, or else the time to try again.
     */
    async function nextTurn(): Promise<number | null> {
      const now = clock.now();
      const turn = await forwarding.takeTurn(unitId, now);
      if (turn.holder === unitId) return null;
      const other = await forwarding.get(turn.holder);
      if (other?.state === 'creating') {
        // Most creations end within moments. While one stays unclear, check it at growing intervals.
        const held = Math.max(TURN_POLL_MS, now - turn.since);
        return Math.min(now + held, Math.max(other.settledAt, now) + TURN_POLL_MS);
      }
      if (now - turn.since <= LONGEST_TURN_MS) return now + TURN_POLL_MS;
      return (await forwarding.takeTurn(unitId, now, turn)).holder === unitId ? null : now + TURN_POLL_MS;
    }

    async function requestUnit(): Promise<void> {
      const bookmark = await coordinator.bookmark();
      await move({
        state: 'creating',
        bookmark,
        settledAt: clock.now() + settleMs,
        attempts: unit.attempts + 1,
        reason: 'requested',
      });
      try {
        const creation = await coordinator.create(unit.order);
        if (creation.kind === 'created') {
          await move({ state: 'waiting', remoteId: creation.remoteId, reason: '' });
        } else if (creation.kind === 'refused') {
          await move({ state: 'planned', reason: `refused: ${creation.reason}` });
          await runHere(unit.reason);
        } else {
          await move({ reason: creation.reason, settledAt: clock.now() + creation.unclearForMs });
        }
      } catch (error) {
        if (!isAway(error)) throw error;
        // The request was not sent, or may be sent again.
        await move({ state: 'planned', reason: error.message });
        throw error;
      }
    }

    async function resolveCreation(): Promise<void> {
      const finding = await coordinator.find(unit.order, unit.bookmark!);
      if (finding.kind === 'found') await move({ state: 'waiting', remoteId: finding.remoteId, reason: '' });
      else if (finding.kind === 'absent' && unit.state === 'creating') {
        await move({ state: 'planned', reason: 'was requested and not created' });
      } else {
        const reason = finding.kind === 'unclear' ? finding.reason : 'the coordinator shows no such unit';
        if (unit.state !== 'unknown') await move({ state: 'unknown', reason });
      }
    }

    const accepted = (reports: readonly RemoteReport[]): boolean =>
      reports.some(({ verdict }) => verdict === 'accepted');

    async function receiveReport(reports: readonly RemoteReport[]): Promise<void> {
      const taken = await takeReports(unit, reports, abortSignal);
      const isUseful = taken.some((report) => report.verdict === 'accepted' && report.verification !== 'disagrees');
      if (isUseful) await end({ state: 'done', doneBy: 'remote', reports: taken, reason: '' });
      else {
        await move({ reports: taken });
        await runHere(`no report was useful: ${taken[0]?.note ?? 'there was none'}`);
      }
    }

    async function pollUnit(): Promise<void> {
      const remote = await coordinator.look(placed());
      if (remote.state === 'completed') return receiveReport(remote.reports);
      if (remote.state !== 'open') return runHere(`${remote.state} at the coordinator: ${remote.reason}`);
      if (!isLate()) {
        if (unit.reason !== remote.waitsFor) await move({ reason: remote.waitsFor });
        return sleep(clock.now() + pollMs);
      }
      return accepted(remote.reports) ? receiveReport(remote.reports) : runHere('its deadline passed');
    }

    async function compute(): Promise<void> {
      const outcome = await engine.execute(unit.order.params, seedOf(unitId), abortSignal);
      if (outcome.kind === 'impossible') {
        return end({ state: 'failed', reason: `${unit.reason}; not possible locally: ${outcome.reason}` });
      }
      const reading = readReport(outcome.report);
      const { verdict, reason } = judgeReport(reading);
      const own: RemoteReport = {
        resultId: 0,
        workerId: LOCAL,
        verdict,
        reason,
        fields: reading.fields,
        verification: 'unverified',
      };
      const taken = await takeReports(unit, [own], abortSignal);
      await end({ state: 'done', doneBy: 'local', reports: [...unit.reports, ...taken] });
    }

    /** Not requested yet: runs the unit locally if this node can, or else waits for the coordinator. */
    async function withoutCoordinator(): Promise<void> {
      const isPossible = (await engine.obstacle(unit.order.params)) === null;
      return isPossible ? runHere('the coordinator is unreachable') : sleep(clock.now() + pollMs);
    }

    async function step(): Promise<void> {
      switch (unit.state) {
        case 'planned':
          if (isLate()) return runHere('its deadline passed before it could be requested');
          if (!coordinator.isReachable()) return withoutCoordinator();
          return nextTurn().then((at) => (at === null ? requestUnit() : sleep(at)));
        case 'creating':
          if (unit.bookmark?.dialect === 'python' && clock.now() < unit.settledAt) return sleep(unit.settledAt);
          return resolveCreation();
        case 'unknown':
          await resolveCreation();
          if (unit.state !== 'unknown') return;
          return isLate()
            ? runHere(`it is unknown whether it was created: ${unit.reason}`)
            : sleep(clock.now() + UNKNOWN_POLL_FACTOR * pollMs);
        case 'waiting':
          return pollUnit();
        case 'local':
          return compute();
        default:
          return;
      }
    }

    while (!isFinal(unit)) {
      abortSignal.throwIfAborted();
      try {
        await step();
      } catch (error) {
        if (!isAway(error)) throw error;
        await noteTrouble(error);
        if (isLate() && unit.state !== 'planned') {
          await runHere(
            unit.state === 'waiting' ? 'its deadline passed' : `it is unknown whether it was created: ${unit.reason}`,
          );
        } else if (unit.state !== 'planned' || coordinator.isReachable()) {
          await releaseTurn();
          await sleep(clock.now() + pollMs);
        }
      }
      await releaseTurn();
    }
    return unit;

    /** The reason of a unit whose creation is unclear says more than that the coordinator is away. */
    async function noteTrouble(error: AppError): Promise<void> {
      const reason = `the coordinator: ${error.message}`;
      if ((unit.state !== 'planned' && unit.state !== 'waiting') || unit.reason === reason) return;
      log.warn(error.message, { unit: unitId, state: unit.state });
      await move({ reason });
    }
    async function releaseTurn(): Promise<void> {
      if (unit.state !== 'creating') await forwarding.giveTurn(unitId);
    }
    function ignoreAway(error: unknown): void {
      if (!isAway(error)) throw error;
    }
  };
}
