import { createHash } from 'node:crypto';
import { isSameStanding, standingsOf } from '../domain/fleet/in-step.ts';
import { isSound } from '../domain/fleet/canonical-result.ts';
import { judgeReport, type Judgement } from '../domain/fleet/judge-report.ts';
import { receive, withdraw, type Arrival } from '../domain/fleet/receive-result.ts';
import { agreementDigest, readReport, type Reading } from '../domain/fleet/reported-fields.ts';
import { judgeSpecResults, specsDigest } from '../domain/fleet/spec-results.ts';
import { type FleetRules } from '../domain/fleet/unit.ts';
import { countResult, isQuarantined } from '../domain/fleet/worker.ts';
import { type Clock } from '../ports/clock.ts';
import { type FleetResult, type FleetUnit } from '../ports/fleet-records.ts';
import { type FleetStores } from '../ports/fleet-stores.ts';
import { type NumberPool } from './number-pool.ts';
import { type UnitDesk } from './unit-desk.ts';
import { type WorkerDesk } from './worker-desk.ts';

/** A submission whose sender and subject could be read. */
export interface Submission {
  /** Null for what cannot be the number of a unit. */
  readonly unitId: number | null;
  /** As it was sent, for people. */
  readonly workId: string;
  readonly workerId: string;
  readonly body: Readonly<Record<string, unknown>>;
}

export interface TakeInDeps {
  readonly stores: FleetStores;
  readonly unitDesk: UnitDesk;
  readonly workers: WorkerDesk;
  readonly resultIds: NumberPool;
  readonly rules: FleetRules;
  readonly clock: Clock;
}

export interface TakeIn {
  /** Takes a report in; done when it is in the store and its unit knows. The same report again changes nothing. */
  submit(submission: Submission): Promise<void>;
  /** Carries on where a process died between storing a result and counting it. */
  finish(result: FleetResult): Promise<void>;
}

const hashOf = (value: unknown): string => createHash('sha256').update(JSON.stringify(value)).digest('hex');
/** 0..1, the same for the same key for ever. */
const lotOf = (key: string): number => createHash('sha256').update(key).digest().readUInt32BE() / 2 ** 32;

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

/**
 * Results come in by four writes, each harmless when done again: the result's row; the unit, which decides what it is
 * worth; the worker's figures; the mark on the row that it is in them. A process that dies in between leaves a row without
 * that mark, which the sweep finds.
 */
export function createTakeIn({ stores, unitDesk, workers, resultIds, rules, clock }: TakeInDeps): TakeIn {
  const { units, results, orphans } = stores;

  async function count({ key, workerId }: FleetResult): Promise<void> {
    const worker = await workers.change(workerId, async (current) => {
      if (current.counted === key) return current;
      // Before the row that was counted last gives up its place here, it must say so itself.
      if (current.counted !== '') await results.markTallied(current.counted);
      const row = await results.byKey(key);
      if (row === null || row.tallied) return current;
      const { verdict, generation, submittedAt, execution_time } = row;
      return countResult(current, { key, verdict, generation, executionSeconds: execution_time, at: submittedAt });
    });
    if (isQuarantined(worker)) await takeBack(workerId, key);
  }

  /** It was quarantined while this result was on its way: whoever withdrew the others did not see it. */
  async function takeBack(workerId: string, key: string): Promise<void> {
    const row = await results.byKey(key);
    if (row === null) return;
    const now = clock.now();
    await unitDesk.change(row.unitId, (unit) => ({ unit: withdraw(unit, workerId, rules, now), value: null }));
  }

  async function settle(row: FleetResult, known?: FleetUnit): Promise<void> {
    const arrival = arrivalOf(row);
    const now = clock.now();
    const decided = await unitDesk.change(
      row.unitId,
      (unit) => {
        const { unit: next, ...receipt } = receive(unit, arrival, rules, now);
        return { unit: next, value: receipt };
      },
      known,
    );
    if (decided) {
      const { verdict, replica } = decided.value;
      const unlisted = { verdict: verdict === 'orphan' ? row.verdict : verdict, canonical: false, replica };
      const standing = standingsOf(decided.unit).get(row.id) ?? unlisted;
      if (!isSameStanding(row, standing)) await results.setVerdict(row.key, standing);
    }
    await count(row);
  }

  return {
    async submit({ unitId, workId, workerId, body }) {
      const submittedAt = clock.now();
      const unit = unitId === null ? null : await units.get(unitId);
      const isAssigned = unit?.leases.some((lease) => lease.workerId === workerId) ?? false;
      if (unit === null || !isAssigned) {
        const why = unit === null ? 'unknown-unit' : 'never-assigned';
        const key = `${workerId}/${workId}/${hashOf(body)}`;
        await orphans.add({ key, workId, workerId, why, report: body, submittedAt });
        return;
      }
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
        canonical: false,
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
      const expected = receive(unit, arrivalOf(draft), rules, submittedAt);
      const standing = standingsOf(expected.unit).get(draft.id) ?? { replica: expected.replica, canonical: false };
      const verdict = expected.verdict === 'orphan' ? draft.verdict : expected.verdict;
      const stored = await results.add({ ...draft, ...standing, verdict });
      await settle(stored, unit);
    },

    async finish(row) {
      await settle(row);
      const { counted } = await workers.get(row.workerId);
      if (counted === row.key) await results.markTallied(row.key);
    },
  };
}
