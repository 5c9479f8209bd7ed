import { readReport } from '../../../src/domain/fleet/reported-fields.ts';
import { judgeReport } from '../../../src/domain/fleet/judge-report.ts';
import { sha256 } from '../../../src/domain/identity/sha256.ts';
import { type Clock } from '../../../src/ports/clock.ts';
import { type Coordinator, type PlacedUnit, type RemoteReport } from '../../../src/ports/fleet/client.ts';
import { AppError, errorText, hasCode } from '../../../src/domain/errors.ts';
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
  /** Between two looks at a unit. */
  readonly pollMs: number;
  /** How long a request may be in the hands of a coordinator that has not answered. */
  readonly settleMs: number;
}

type Change = Partial<Omit<ForwardedUnit, 'id' | 'version'>>;

/** A turn is only kept for longer by a unit whose creation is being looked into. */
const LONGEST_TURN_MS = 60_000;
/** A creation that goes well takes a fraction of it. */
const TURN_POLL_MS = 500;
/** What was never confirmed shows by its results if at all. */
const SELDOM = 4;
const LOCAL = 'local';

const isFinal = ({ state }: ForwardedUnit): boolean => state === 'done' || state === 'failed';

/** Worth trying later: the coordinator is away, or somebody else is at the same address for now. */
function isAway(error: unknown): error is AppError {
  return (
    hasCode(error, 'coordinator-away') ||
    hasCode(error, 'coordinator-bad-answer') ||
    hasCode(error, 'coordinator-unknown')
  );
}

/** The seed of a search that is done here: the same for the same unit, on whichever node. */
const seedOf = (id: string): number => Number.parseInt(sha256(id).slice(0, 8), 16);

/**
 * Takes a unit from where its row says it stands, until it has ended or there is nothing to do for now; then the job
 * sleeps in its queue. Everything that happens is written before it is acted upon: a process that dies leaves a row from
 * which the next one goes on, and no row leads to asking twice for what may have been made.
 */
export function createForwarder(deps: ForwarderDeps) {
  const { forwarding, coordinator, engine, clock, pollMs, settleMs } = deps;
  const takeReports = createReportTaker(deps);

  return async function forward(unitId: string, { job, token, signal, log }: JobContext): Promise<ForwardedUnit> {
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
    /** Until then, or until its time is up if that is sooner. */
    const sleep = (until: number): Promise<never> => {
      const wake = clock.now() < unit.deadlineAt ? Math.min(until, unit.deadlineAt) : until;
      return sleepUntil(job, token, Math.max(wake, clock.now() + 1));
    };
    const isLate = (): boolean => clock.now() >= unit.deadlineAt;
    const placed = (): PlacedUnit => ({ remoteId: unit.remoteId!, order: unit.order, bookmark: unit.bookmark! });

    async function runHere(reason: string): Promise<void> {
      await move({ state: 'local', reason, mayExist: unit.state !== 'planned' });
      // From here on nobody else is waited for.
      if (unit.remoteId !== null) await coordinator.cancel(placed()).catch(ignoreAway);
    }

    /**
     * Only one at a time may ask: the number of units there tells what became of a request that was lost. Null when it is
     * ours, or else when to ask for it again.
     */
    async function nextTurn(): Promise<number | null> {
      const now = clock.now();
      const turn = await forwarding.takeTurn(unitId, now);
      if (turn.holder === unitId) return null;
      const other = await forwarding.get(turn.holder);
      if (other?.state === 'creating') {
        // Most creations are over in a moment; one that is being looked into is asked after less and less often.
        const held = Math.max(TURN_POLL_MS, now - turn.since);
        return Math.min(now + held, Math.max(other.settledAt, now) + TURN_POLL_MS);
      }
      if (now - turn.since <= LONGEST_TURN_MS) return now + TURN_POLL_MS;
      return (await forwarding.takeTurn(unitId, now, turn)).holder === unitId ? null : now + TURN_POLL_MS;
    }

    async function askForIt(): Promise<void> {
      const bookmark = await coordinator.bookmark();
      await move({
        state: 'creating',
        bookmark,
        settledAt: clock.now() + settleMs,
        attempts: unit.attempts + 1,
        reason: 'asked for',
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
        // It was never sent, or may be sent again.
        await move({ state: 'planned', reason: error.message });
        throw error;
      }
    }

    async function findOut(): Promise<void> {
      const finding = await coordinator.find(unit.order, unit.bookmark!);
      if (finding.kind === 'found') await move({ state: 'waiting', remoteId: finding.remoteId, reason: '' });
      else if (finding.kind === 'absent' && unit.state === 'creating') {
        await move({ state: 'planned', reason: 'was asked for and not made' });
      } else {
        const reason = finding.kind === 'unclear' ? finding.reason : 'nothing is seen of it';
        if (unit.state !== 'unknown') await move({ state: 'unknown', reason });
      }
    }

    const accepted = (reports: readonly RemoteReport[]): boolean =>
      reports.some(({ verdict }) => verdict === 'accepted');

    async function receiveReport(reports: readonly RemoteReport[]): Promise<void> {
      const taken = await takeReports(unit, reports, signal);
      const isWorth = taken.some((report) => report.verdict === 'accepted' && report.verification !== 'disagrees');
      if (isWorth) await end({ state: 'done', doneBy: 'remote', reports: taken, reason: '' });
      else {
        await move({ reports: taken });
        await runHere(`no report was worth anything: ${taken[0]?.note ?? 'there was none'}`);
      }
    }

    async function lookAtIt(): Promise<void> {
      const remote = await coordinator.look(placed());
      if (remote.state === 'completed') return receiveReport(remote.reports);
      if (remote.state !== 'open') return runHere(`${remote.state} there: ${remote.reason}`);
      if (!isLate()) return sleep(clock.now() + pollMs);
      return accepted(remote.reports) ? receiveReport(remote.reports) : runHere('its time was up');
    }

    async function compute(): Promise<void> {
      const outcome = await engine.execute(unit.order.params, seedOf(unitId), signal);
      if (outcome.kind === 'impossible') {
        return end({ state: 'failed', reason: `${unit.reason}; not possible here: ${outcome.reason}` });
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
      const taken = await takeReports(unit, [own], signal);
      await end({ state: 'done', doneBy: 'local', reports: [...unit.reports, ...taken] });
    }

    /** Nothing was asked of it yet: whoever can does the unit here, whoever cannot waits for it to come back. */
    async function withoutIt(): Promise<void> {
      const isPossible = (await engine.obstacle(unit.order.params)) === null;
      return isPossible ? runHere('the coordinator is away') : sleep(clock.now() + pollMs);
    }

    async function step(): Promise<void> {
      switch (unit.state) {
        case 'planned':
          if (isLate()) return runHere('its time was up before it could be asked for');
          if (!coordinator.isReachable()) return withoutIt();
          return nextTurn().then((at) => (at === null ? askForIt() : sleep(at)));
        case 'creating':
          if (unit.bookmark?.dialect === 'python' && clock.now() < unit.settledAt) return sleep(unit.settledAt);
          return findOut();
        case 'unknown':
          await findOut();
          if (unit.state !== 'unknown') return;
          return isLate()
            ? runHere(`it cannot be known whether it was made: ${unit.reason}`)
            : sleep(clock.now() + SELDOM * pollMs);
        case 'waiting':
          return lookAtIt();
        case 'local':
          return compute();
        default:
          return;
      }
    }

    while (!isFinal(unit)) {
      signal.throwIfAborted();
      try {
        await step();
      } catch (error) {
        if (!isAway(error)) throw error;
        log.debug(errorText(error), { unit: unitId, state: unit.state });
        if (isLate() && unit.state !== 'planned') {
          await runHere(
            unit.state === 'waiting' ? 'its time was up' : `it cannot be known whether it was made: ${unit.reason}`,
          );
        } else if (unit.state !== 'planned' || coordinator.isReachable()) {
          await releaseTurn();
          await sleep(clock.now() + pollMs);
        }
      }
      await releaseTurn();
    }
    return unit;

    async function releaseTurn(): Promise<void> {
      if (unit.state !== 'creating') await forwarding.giveTurn(unitId);
    }
    function ignoreAway(error: unknown): void {
      if (!isAway(error)) throw error;
    }
  };
}
