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
import { type FileRegistry } from './file-registry.ts';
import { type NumberPool } from './id-blocks.ts';
import { type WorkerStatistics } from './worker-statistics.ts';
import { type UnitRepository } from './unit-repository.ts';
import { type WorkerRepository } from './worker-repository.ts';

/** A report with readable worker and unit ids. */
export interface Submission {
  /** Null when `work_id` is not a valid unit number. */
  readonly unitId: number | null;
  /** `work_id` as sent, for display. */
  readonly workId: string;
  readonly workerId: string;
  readonly body: Readonly<Record<string, unknown>>;
}

export interface ReceiveReportDeps {
  readonly stores: Pick<FleetStores, 'units' | 'results' | 'orphans'>;
  readonly unitRepository: UnitRepository;
  readonly workers: WorkerRepository;
  readonly files: Pick<FileRegistry, 'isSuspended'>;
  readonly workerStatistics: WorkerStatistics;
  readonly resultIds: NumberPool;
  readonly rules: FleetRules;
  readonly clock: Clock;
}

export interface ReceiveReport {
  /** Stores a report and updates its unit; resolves after both are stored. Idempotent. */
  submit(submission: Submission): Promise<void>;
  /** Completes the processing of a result that a crashed process stored but did not count. */
  finish(result: FleetResult): Promise<void>;
}

const hashOf = (value: unknown): string => sha256(JSON.stringify(value)).slice(0, 32);
/** Deterministic sample key of a result, 0..1. */
const sampleKeyOf = (key: string): number => Number.parseInt(sha256(key).slice(0, 8), 16) / 2 ** 32;

function judge(unit: FleetUnit, reading: Reading, body: Submission['body']): Judgement {
  if (unit.kind !== 'specs' || reading.fault !== null) return judgeReport(reading);
  return judgeSpecResults(unit.params, body['spec_results']);
}

function digestOf(unit: FleetUnit, { fields }: Reading, body: Submission['body']): string {
  if (!unit.deterministic) return '';
  return unit.kind === 'specs' ? specsDigest(body['spec_results']) : agreementDigest(fields);
}

/** The verdict on the report alone, as it was when the report arrived. */
function arrivalOf({ id, workerId, verdict, digest, pnl, sound }: FleetResult): Arrival {
  const isRefused =
    verdict === 'invalid' ||
    verdict === 'constants' ||
    verdict === 'untrusted' ||
    verdict === 'quarantined' ||
    verdict === 'suspended';
  return { id, workerId, digest, pnl, sound, verdict: isRefused ? verdict : 'accepted' };
}

const hasLease = (unit: FleetUnit | null, workerId: string): unit is FleetUnit =>
  unit?.leases.some((lease) => lease.workerId === workerId) ?? false;

/**
 * A report is processed by a sequence of idempotent writes: the result's row; the unit, which decides the verdict; the
 * worker's statistics (worker-statistics.ts), which finally set the flag `tallied` of the row. After a crash in between
 * the sweep finds the row, because its flag is not set.
 */
export function createReceiveReport({
  stores,
  unitRepository,
  workers,
  files,
  workerStatistics,
  resultIds,
  rules,
  clock,
}: ReceiveReportDeps): ReceiveReport {
  const { units, results, orphans } = stores;

  /** Checks the store before it denies a lease: another coordinator may have granted it a moment ago. */
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

  /** Why a report of this worker on this unit does not count, whatever it says; null when it may. */
  async function barOf(
    { file, onlyFor }: FleetUnit,
    workerId: string,
    { verdict }: Judgement,
  ): Promise<{ readonly verdict: 'quarantined' | 'suspended'; readonly reason: string } | null> {
    if (isQuarantined(await workers.get(workerId))) {
      return { verdict: 'quarantined', reason: 'the worker is quarantined' };
    }
    if (verdict !== 'accepted' || file === undefined || onlyFor !== undefined) return null;
    if (!(await files.isSuspended(workerId, file))) return null;
    return { verdict: 'suspended', reason: `the worker is suspended for ${file}` };
  }

  /** Applies the result to its unit and returns the resulting verdict. */
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
      const { verdict: given, reason } = (await barOf(unit, workerId, judgement)) ?? judgement;
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
        verdict: given,
        reason,
        digest: judgement.verdict === 'invalid' ? '' : digestOf(unit, reading, body),
        sound: judgement.verdict === 'accepted' && isSound(fields, unit.params['leverage']),
        generation: judgement.version,
        specResults: unit.kind === 'specs' ? (body['spec_results'] ?? null) : null,
        tallied: false,
        hasGenome: fields.strategy_genome !== null,
        // Canaries are always verified.
        lot: unit.onlyFor === undefined ? sampleKeyOf(key) : 0,
        verification: 'unverified',
        verifiedAt: null,
        verificationNote: '',
      };
      // Predicts the verdict, so that the row normally needs only one write.
      const { verdict, replica } = receive(unit, arrivalOf(draft), rules, submittedAt);
      const predicted = verdict === 'orphan' ? draft : { ...draft, verdict, replica };
      const stored = await results.add(predicted);
      await workerStatistics.add({ key, workerId, verdict: await decide(stored) });
    },

    async finish(row) {
      await decide(row);
      await workerStatistics.count(row.workerId, [row.key]);
    },
  };
}
