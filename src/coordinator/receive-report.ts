import { isSound } from '../domain/fleet/canonical-result.ts';
import { isSameStanding, standingsOf } from '../domain/fleet/standing.ts';
import { judgeReport, type Judgement } from '../domain/fleet/judge-report.ts';
import { receive, type Arrival } from '../domain/fleet/receive-result.ts';
import { agreementDigest, readReport, type Reading } from '../domain/fleet/reported-fields.ts';
import { judgeSpecResults, specsDigest } from '../domain/fleet/spec-results.ts';
import { type FleetRules } from '../domain/fleet/unit.ts';
import { isQuarantined } from '../domain/fleet/worker.ts';
import { sha256 } from '../domain/identity/sha256.ts';
import { type Clock } from '../ports/clock.ts';
import { type FleetResult, type FleetUnit } from '../ports/fleet/records.ts';
import { type FleetStores } from '../ports/fleet/stores.ts';
import { type NumberPool } from './id-blocks.ts';
import { type WorkerStatistics } from './worker-statistics.ts';
import { type UnitRepository } from './unit-repository.ts';
import { type WorkerRepository } from './worker-repository.ts';

/** A submission whose sender and subject could be read. */
export interface Submission {
  /** Null for what cannot be the number of a unit. */
  readonly unitId: number | null;
  /** As it was sent, for people. */
  readonly workId: string;
  readonly workerId: string;
  readonly body: Readonly<Record<string, unknown>>;
}

export interface ReceiveReportDeps {
  readonly stores: Pick<FleetStores, 'units' | 'results' | 'orphans'>;
  readonly unitRepository: UnitRepository;
  readonly workers: WorkerRepository;
  readonly workerStatistics: WorkerStatistics;
  readonly resultIds: NumberPool;
  readonly rules: FleetRules;
  readonly clock: Clock;
}

export interface ReceiveReport {
  /** Takes a report in; done when it is in the store and its unit knows. The same report again changes nothing. */
  submit(submission: Submission): Promise<void>;
  /** Carries on where a process died between storing a result and counting it. */
  finish(result: FleetResult): Promise<void>;
}

const hashOf = (value: unknown): string => sha256(JSON.stringify(value)).slice(0, 32);
/** 0..1, the same for the same key for ever. */
const lotOf = (key: string): number => Number.parseInt(sha256(key).slice(0, 8), 16) / 2 ** 32;

function judge(unit: FleetUnit, reading: Reading, body: Submission['body']): Judgement {
  if (unit.kind !== 'specs' || reading.fault !== null) return judgeReport(reading);
  return judgeSpecResults(unit.params, body['spec_results']);
}

function digestOf(unit: FleetUnit, { fields }: Reading, body: Submission['body']): string {
  if (!unit.deterministic) return '';
  return unit.kind === 'specs' ? specsDigest(body['spec_results']) : agreementDigest(fields);
}

/** The judgement as it was made when the result came. */
function arrivalOf({ id, workerId, verdict, digest, pnl, sound }: FleetResult): Arrival {
  const isRefused =
    verdict === 'invalid' || verdict === 'constants' || verdict === 'untrusted' || verdict === 'quarantined';
  return { id, workerId, digest, pnl, sound, verdict: isRefused ? verdict : 'accepted' };
}

const hasLease = (unit: FleetUnit | null, workerId: string): unit is FleetUnit =>
  unit?.leases.some((lease) => lease.workerId === workerId) ?? false;

/**
 * Results come in by writes that are each harmless when done again: the result's row; the unit, which decides what it is
 * worth; the worker's figures (tally.ts), which end with a mark on the row. A process that dies in between leaves a row
 * without that mark, which the sweep finds.
 */
export function createReceiveReport({
  stores,
  unitRepository,
  workers,
  workerStatistics,
  resultIds,
  rules,
  clock,
}: ReceiveReportDeps): ReceiveReport {
  const { units, results, orphans } = stores;

  /** Another coordinator may have given the lease a moment ago: only the store can say that there is none. */
  async function assigned(id: number, workerId: string): Promise<FleetUnit | null> {
    const known = await unitRepository.find(id);
    if (hasLease(known, workerId)) return known;
    const current = await units.get(id);
    return hasLease(current, workerId) ? current : null;
  }

  async function keepOrphan({ unitId, workId, workerId, body }: Submission, submittedAt: number): Promise<void> {
    const isKnown = unitId !== null && (await units.get(unitId)) !== null;
    const why = isKnown ? 'never-assigned' : 'unknown-unit';
    const key = `${workerId}/${workId}/${hashOf(body)}`;
    await orphans.add({ key, workId, workerId, why, report: body, submittedAt });
  }

  /** Lets the unit decide; gives what the result is worth then. */
  async function decide(row: FleetResult): Promise<FleetResult['verdict']> {
    const arrival = arrivalOf(row);
    const now = clock.now();
    const decided = await unitRepository.change(row.unitId, (unit) => {
      const { unit: next, ...receipt } = receive(unit, arrival, rules, now);
      return { unit: next, value: receipt };
    });
    if (!decided) return row.verdict;
    const { verdict, replica } = decided.value;
    const unlisted = { verdict: verdict === 'orphan' ? row.verdict : verdict, replica };
    const standing = standingsOf(decided.unit).get(row.id) ?? unlisted;
    if (!isSameStanding(row, standing)) await results.setVerdict(row.key, standing);
    return standing.verdict;
  }

  return {
    async submit(submission) {
      const { unitId, workerId, body } = submission;
      const submittedAt = clock.now();
      const unit = unitId === null ? null : await assigned(unitId, workerId);
      if (unit === null) return keepOrphan(submission, submittedAt);
      const reading = readReport(body);
      const judgement = judge(unit, reading, body);
      const isOut = isQuarantined(await workers.get(workerId));
      const key = `${unit.id}/${workerId}/${hashOf(body)}`;
      const { fields } = reading;
      const draft: FleetResult = {
        ...fields,
        key,
        id: await resultIds.next(),
        unitId: unit.id,
        workerId,
        replica: 0,
        submittedAt,
        verdict: isOut ? 'quarantined' : judgement.verdict,
        reason: isOut ? 'the worker is quarantined' : judgement.reason,
        digest: judgement.verdict === 'invalid' ? '' : digestOf(unit, reading, body),
        sound: judgement.verdict === 'accepted' && isSound(fields, unit.params['leverage']),
        generation: judgement.version,
        specResults: unit.kind === 'specs' ? (body['spec_results'] ?? null) : null,
        tallied: false,
        hasGenome: fields.strategy_genome !== null,
        lot: lotOf(key),
        verification: 'unverified',
        verifiedAt: null,
        verificationNote: '',
      };
      // Written as it will most likely be: then it is written once.
      const { verdict, replica } = receive(unit, arrivalOf(draft), rules, submittedAt);
      const likely = verdict === 'orphan' ? draft : { ...draft, verdict, replica };
      const stored = await results.add(likely);
      await workerStatistics.add({ key, workerId, verdict: await decide(stored) });
    },

    async finish(row) {
      await decide(row);
      await workerStatistics.count(row.workerId, [row.key]);
    },
  };
}
