import { compareReport, type ComparedFields } from '../domain/fleet/compare-report.ts';
import { type FileRecord, type Observation } from '../domain/fleet/file-record.ts';
import { impossibilityOf } from '../domain/fleet/impossible-figures.ts';
import { doubtOf, type FleetJudgement } from '../domain/fleet/judge-fleet.ts';
import { readReport } from '../domain/fleet/reported-fields.ts';
import { EVALUATE_ONE, fileTermsOf, type StrategyParams } from '../domain/fleet/strategy-params.ts';
import { hostOf } from '../domain/fleet/worker-name.ts';
import { type Genome } from '../domain/python-worker/genomes/genome.ts';
import { parseGenomeText } from '../domain/python-worker/genomes/parse-genome.ts';
import { isInputError } from '../domain/errors.ts';
import { type WorkerEngine } from '../ports/fleet/engine.ts';
import { type FleetResult, type FleetUnit, type Verification } from '../ports/fleet/records.ts';
import { type FleetStores } from '../ports/fleet/stores.ts';
import { type CheckReport, type FleetCheck, type FleetVerification } from '../ports/fleet/service.ts';
import { type Alert } from '../ports/records.ts';
import { alertsOf } from './fleet-alerts.ts';
import { createCanaryPlanner } from './plan-canary.ts';

export interface VerifierDeps {
  readonly fleet: FleetVerification;
  readonly units: Pick<FleetStores['units'], 'getMany'>;
  readonly engine: Pick<WorkerEngine, 'execute' | 'copyOf'>;
  /** Share of the results with a genome to verify, 0..1. */
  readonly share: number;
  /** Alerts with a known key are dropped. */
  readonly raiseAlert: (alert: Omit<Alert, 'at'>) => Promise<void>;
}

/** The evaluation of one genome uses no random numbers. */
const NO_SEED = 0;

/** Results per run: seconds of work at most. */
const BATCH = 50;

/** Outcome for one result, before the findings of the whole batch are judged. */
interface Check {
  readonly result: FleetResult;
  readonly file: string;
  readonly verification: Exclude<Verification, 'unverified'>;
  readonly note: string;
}

/**
 * Recomputes reported results of a genome on the same candles and compares them bit by bit. The findings on each file are
 * stored, the domain judges them (judge-fleet.ts), and the fleet follows: a worker with another copy of a file loses this
 * file only. A result whose candles are not available here stays unverified.
 */
export function createVerifier({ fleet, units, engine, share, raiseAlert }: VerifierDeps): FleetCheck {
  /** Results that cannot be checked, with the state of their file at that time; checked again in another state. */
  const uncheckable = new Map<number, string>();
  const canaryParams = createCanaryPlanner(engine);

  async function copiesOf(files: Iterable<string>): Promise<ReadonlyMap<string, string | null>> {
    const copies = new Map<string, string | null>();
    for (const file of files) copies.set(file, await engine.copyOf(file));
    return copies;
  }

  /** Null when the result cannot be recomputed here. */
  async function compute(params: StrategyParams, text: string | null): Promise<ComparedFields | null> {
    const genome = genomeIn(text);
    if (genome === null) return null;
    const outcome = await engine.execute({ ...params, ...EVALUATE_ONE, seed_genomes: [genome] }, NO_SEED);
    return outcome.kind === 'impossible' ? null : readReport(outcome.report).fields;
  }

  async function mark({ result, verification, note }: Check): Promise<void> {
    if (verification === 'unverifiable') await fleet.disbelieve(result.unitId, result.id);
    await fleet.setVerification(result.id, { verification, note });
  }

  /**
   * A worker whose copy differs gets canaries: only its own two answers can show that it lies. They need no trust in our
   * copy, so a doubt about it does not matter.
   */
  async function sendCanaries(records: readonly FileRecord[]): Promise<void> {
    for (const { file, copy, terms, workers } of records) {
      for (const { workerId, disagreed, latest, canaries, contradiction } of workers) {
        if (canaries.length > 0 || contradiction !== '' || !(disagreed || latest === 'other-candles')) continue;
        const canary = await canaryParams(copy, terms);
        if (canary !== null) await fleet.sendCanaries(file, workerId, canary);
      }
    }
  }

  async function checkAll(
    waiting: readonly FleetResult[],
    unitOf: ReadonlyMap<number, FleetUnit>,
    stateOf: (file: string) => FileState,
  ): Promise<readonly Check[]> {
    const checks: Check[] = [];
    const observations = new Map<string, Observation[]>();
    const terms = new Map<string, StrategyParams>();
    for (const result of waiting) {
      const { params, file, onlyFor } = unitOf.get(result.unitId)!;
      if (file === undefined) continue;
      const state = stateOf(file);
      const isWhole = maxCandlesOf(params) === 0;
      const impossible = impossibilityOf(result, maxCandlesOf(params));
      if (impossible !== null) {
        await fleet.noteContradiction(file, result.workerId, `result ${result.id} is impossible: ${impossible}`);
        checks.push({ result, file, verification: 'disagrees', note: impossible });
        continue;
      }
      const host = hostOf(result.workerId);
      // An agreement of a host that was not heard yet would end the doubt.
      const isWorthwhile = state.copy !== null && !state.doubtfulHosts?.has(host);
      const computed = isWorthwhile ? await compute(params, result.strategy_genome) : null;
      if (computed === null) {
        uncheckable.set(result.id, state.key);
        continue;
      }
      const { finding, note } = compareReport(result, computed);
      const seen = observations.get(file) ?? [];
      seen.push({ workerId: result.workerId, host, finding, isWhole: isWhole && onlyFor === undefined });
      observations.set(file, seen);
      terms.set(file, fileTermsOf(params));
      checks.push({ result, file, verification: VERIFICATION_OF[finding], note });
    }
    for (const [file, seen] of observations) {
      await fleet.noteFindings(file, stateOf(file).copy ?? '', seen, terms.get(file));
    }
    return checks;
  }

  /** Our copy may be the wrong one: then a difference says nothing about the result. */
  function afterJudgement(check: Check, { inDoubt }: FleetJudgement): Check {
    const isDoubtful = inDoubt.some(({ file }) => file === check.file);
    if (!isDoubtful || check.verification !== 'disagrees' || impossibilityOf(check.result, 0) !== null) return check;
    return { ...check, verification: 'unverifiable', note: `our copy of ${check.file} is in doubt: ${check.note}` };
  }

  return {
    async verify() {
      await fleet.compareCanaries();
      const found = await fleet.resultsToVerify({ share, limit: BATCH + uncheckable.size });
      const unitOf = new Map(
        (await units.getMany([...new Set(found.map(({ unitId }) => unitId))])).map((u) => [u.id, u]),
      );
      const before = new Map((await fleet.fileRecords()).map((record) => [record.file, record]));
      const named = [...unitOf.values()].flatMap(({ file }) => file ?? []);
      const copies = await copiesOf(new Set([...named, ...before.keys()]));
      for (const [file, { copy }] of before) {
        const present = copies.get(file) ?? null;
        // Our copy was replaced: findings on the old one lapse.
        if (present !== null && present !== copy && copy !== '') await fleet.noteFindings(file, present, []);
      }
      const stateOf = (file: string): FileState => fileState(copies.get(file) ?? null, before.get(file));
      const waiting = found.filter(({ id, unitId }) => {
        const unit = unitOf.get(unitId);
        return unit !== undefined && uncheckable.get(id) !== stateOf(unit.file ?? '').key;
      });
      for (const { id } of waiting) uncheckable.delete(id);
      const checks = await checkAll(waiting.slice(0, BATCH), unitOf, stateOf);
      // Before the marks: a marked result is not checked again, and a crash in between would lose its consequences.
      const judgement = await fleet.enforceJudgement();
      const marked = checks.map((check) => afterJudgement(check, judgement));
      for (const check of marked) await mark(check);
      const records = await fleet.fileRecords();
      for (const alert of alertsOf(judgement, records)) await raiseAlert(alert);
      await sendCanaries(records);
      return reportOf(marked, waiting.length);
    },
  };
}

/** What decides whether results on a file can be checked. */
interface FileState {
  /** Hash of our copy; null when we have none. */
  readonly copy: string | null;
  /** Hosts heard while our copy is in doubt; undefined when it is not. */
  readonly doubtfulHosts: ReadonlySet<string> | undefined;
  readonly key: string;
}

function fileState(copy: string | null, record: FileRecord | undefined): FileState {
  const doubt = record && record.copy === copy ? doubtOf(record) : null;
  return {
    copy,
    doubtfulHosts: doubt === null ? undefined : new Set(doubt.hosts),
    key: `${copy ?? 'none'}/${doubt?.hosts.length ?? 0}`,
  };
}

const VERIFICATION_OF = {
  agrees: 'verified',
  disagrees: 'disagrees',
  'other-candles': 'unverifiable',
} as const;

function reportOf(checks: readonly Check[], waiting: number): CheckReport {
  const count = (verification: Verification): number =>
    checks.filter((check) => check.verification === verification).length;
  return {
    verified: count('verified'),
    disagreeing: count('disagrees'),
    unverifiable: count('unverifiable'),
    skipped: Math.min(waiting, BATCH) - checks.length,
  };
}

function maxCandlesOf({ max_candles: most }: StrategyParams): number {
  return typeof most === 'number' && most > 0 ? most : 0;
}

function genomeIn(text: string | null): Genome | null {
  try {
    return text === null ? null : parseGenomeText(text);
  } catch (error) {
    if (!isInputError(error)) throw error;
    return null;
  }
}
