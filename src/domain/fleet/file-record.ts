import { type Finding } from './compare-report.ts';
import { type StrategyParams } from './strategy-params.ts';

/** A worker's copy of one candle file, as its reports show it. */
export interface WorkerCopy {
  readonly workerId: string;
  readonly host: string;
  /** Latest finding on any unit of the file; null before the first. */
  readonly latest: Finding | null;
  /** Latest finding on a client's unit that uses the whole file (no `max_candles`). */
  readonly latestOnWhole: Finding | null;
  /** It disagreed at least once with our present copy. Agreement on other units does not clear this. */
  readonly disagreed: boolean;
  /** Numbers of its two canary units; empty before they are created. */
  readonly canaries: readonly number[];
  /** Its canaries are answered, or ended without an answer. */
  readonly isTested: boolean;
  /** A contradiction that no candle file explains; empty when there is none. Independent of our copy. */
  readonly contradiction: string;
  /** Its results on this file are withdrawn. Follows the judgement with a delay. */
  readonly withdrawn: boolean;
  /** How often an operator released it; a pardoned worker gets new canaries. */
  readonly pardons: number;
}

/** All findings on one candle file. Changed only by the functions of this file; saved by compare-and-set on `version`. */
export interface FileRecord {
  /** As units name it (`data_file`). */
  readonly file: string;
  /** Hash of our copy, with which all findings compare; empty before the first. */
  readonly copy: string;
  /** Parameters of the latest checked unit that decide where the file is and how it is played; empty before the first. */
  readonly terms: StrategyParams;
  readonly workers: readonly WorkerCopy[];
  readonly version: number;
}

export interface Observation {
  readonly workerId: string;
  readonly host: string;
  readonly finding: Finding;
  readonly isWhole: boolean;
}

export const newFileRecord = (file: string): FileRecord => ({ file, copy: '', terms: {}, workers: [], version: 0 });

const newWorkerCopy = (workerId: string, host: string): WorkerCopy => ({
  workerId,
  host,
  latest: null,
  latestOnWhole: null,
  disagreed: false,
  canaries: [],
  isTested: false,
  contradiction: '',
  withdrawn: false,
  pardons: 0,
});

const copyOf = (record: FileRecord, workerId: string): WorkerCopy | undefined =>
  record.workers.find((worker) => worker.workerId === workerId);

/** Changes the entry of one worker, which is added when it is missing. */
function withWorker(
  record: FileRecord,
  { workerId, host }: Pick<WorkerCopy, 'workerId' | 'host'>,
  change: (worker: WorkerCopy) => WorkerCopy,
): FileRecord {
  const known = copyOf(record, workerId);
  const next = change(known ?? newWorkerCopy(workerId, host));
  const workers = known
    ? record.workers.map((worker) => (worker === known ? next : worker))
    : [...record.workers, next];
  return { ...record, workers };
}

/** Findings compare with one copy of ours: they lapse when our copy is replaced. Returns the same object otherwise. */
export function recordCopy(record: FileRecord, copy: string): FileRecord {
  if (record.copy === copy) return record;
  const workers = record.workers.map((worker) => ({
    ...worker,
    latest: null,
    latestOnWhole: null,
    disagreed: false,
    canaries: [],
    isTested: false,
  }));
  return { ...record, copy, workers };
}

/** Adds findings, oldest first. */
export function recordFindings(record: FileRecord, observations: readonly Observation[]): FileRecord {
  return observations.reduce(
    (current, observation) =>
      withWorker(current, observation, (worker) => ({
        ...worker,
        latest: observation.finding,
        latestOnWhole: observation.isWhole ? observation.finding : worker.latestOnWhole,
        disagreed: worker.disagreed || observation.finding === 'disagrees',
      })),
    record,
  );
}

/** The first contradiction of a worker is kept. */
export function recordContradiction(
  record: FileRecord,
  worker: Pick<WorkerCopy, 'workerId' | 'host'>,
  contradiction: string,
): FileRecord {
  if ((copyOf(record, worker.workerId)?.contradiction ?? '') !== '') return record;
  return withWorker(record, worker, (known) => ({ ...known, contradiction }));
}

export function recordCanaries(
  record: FileRecord,
  worker: Pick<WorkerCopy, 'workerId' | 'host' | 'canaries' | 'isTested'>,
): FileRecord {
  const { canaries, isTested } = worker;
  return withWorker(record, worker, (known) => ({ ...known, canaries, isTested }));
}

/** Returns the same object when nothing changes. */
export function recordWithdrawal(record: FileRecord, workerId: string, withdrawn: boolean): FileRecord {
  const known = copyOf(record, workerId);
  if (!known || known.withdrawn === withdrawn) return record;
  return withWorker(record, known, (worker) => ({ ...worker, withdrawn }));
}

/** Forgets what is held against a worker that an operator released. Returns the same object when there is nothing. */
export function forgive(record: FileRecord, workerId: string): FileRecord {
  const known = copyOf(record, workerId);
  if (!known || (!known.disagreed && known.contradiction === '')) return record;
  return withWorker(record, known, ({ host, withdrawn, pardons }) => ({
    ...newWorkerCopy(workerId, host),
    withdrawn,
    pardons: pardons + 1,
  }));
}
