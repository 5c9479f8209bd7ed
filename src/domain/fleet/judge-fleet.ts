import { type FileRecord, type WorkerCopy } from './file-record.ts';

/** A file of which our copy is in doubt, and the hosts whose copies differ from it. */
export interface FileInDoubt {
  readonly file: string;
  readonly copy: string;
  readonly hosts: readonly string[];
}

export interface LyingWorker {
  readonly workerId: string;
  readonly reason: string;
}

export interface FleetJudgement {
  /** Files by worker: it gets no work on them, and its results on them are void. */
  readonly suspended: ReadonlyMap<string, ReadonlySet<string>>;
  readonly inDoubt: readonly FileInDoubt[];
  /** Workers to quarantine. */
  readonly lying: readonly LyingWorker[];
}

/** One differing host may have a bad copy; two put ours in doubt. */
const HOSTS_FOR_DOUBT = 2;
/** Hosts that must confirm our copy before a worker with other figures can be a liar. */
const CONFIRMING_HOSTS = 2;
const FILES_FOR_QUARANTINE = 2;

const hostsWhere = ({ workers }: FileRecord, holds: (worker: WorkerCopy) => boolean): ReadonlySet<string> =>
  new Set(workers.filter(holds).map(({ host }) => host));

/** Null when our copy is not in doubt: some host agrees with it, or fewer than two differ from it. */
export function doubtOf(record: FileRecord): FileInDoubt | null {
  const agreeing = hostsWhere(record, ({ latest }) => latest === 'agrees');
  const differing = hostsWhere(record, ({ latest }) => latest === 'disagrees' || latest === 'other-candles');
  if (agreeing.size > 0 || differing.size < HOSTS_FOR_DOUBT) return null;
  return { file: record.file, copy: record.copy, hosts: [...differing].sort() };
}

/** The worker gives other figures for the whole file, with as many candles, and two other hosts confirm ours. */
function isOutvotedOnWhole(record: FileRecord, { host, latestOnWhole }: WorkerCopy): boolean {
  if (latestOnWhole !== 'disagrees') return false;
  const confirming = hostsWhere(record, (other) => other.latestOnWhole === 'agrees' && other.host !== host);
  return confirming.size >= CONFIRMING_HOSTS;
}

/**
 * Judges all workers by the findings on all files (docs/adr/0030). A worker with another copy of a file is honest, so a
 * disagreement costs it only this file. Only a contradiction that no copy explains makes it a liar.
 */
export function judgeFleet(files: readonly FileRecord[]): FleetJudgement {
  const inDoubt = files.flatMap((record) => doubtOf(record) ?? []);
  const doubtful = new Set(inDoubt.map(({ file }) => file));
  const suspended = new Map<string, Set<string>>();
  const outvoted = new Map<string, string[]>();
  const lying = new Map<string, string>();
  const add = <Key, Value>(map: Map<Key, Value>, key: Key, none: Value): Value => {
    const value = map.get(key) ?? none;
    map.set(key, value);
    return value;
  };
  for (const record of files) {
    for (const worker of record.workers) {
      const { workerId, contradiction } = worker;
      if (contradiction !== '' && !lying.has(workerId)) lying.set(workerId, contradiction);
      if (doubtful.has(record.file)) continue;
      if (worker.disagreed) add(suspended, workerId, new Set()).add(record.file);
      if (isOutvotedOnWhole(record, worker)) add(outvoted, workerId, []).push(record.file);
    }
  }
  for (const [workerId, names] of outvoted) {
    if (names.length < FILES_FOR_QUARANTINE || lying.has(workerId)) continue;
    lying.set(
      workerId,
      `its figures for the whole of ${names.join(' and ')} differ from those of two other hosts and ours`,
    );
  }
  return { suspended, inDoubt, lying: [...lying].map(([workerId, reason]) => ({ workerId, reason })) };
}
