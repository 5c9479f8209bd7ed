import { type FileRecord, newFileRecord } from '../domain/fleet/file-record.ts';
import { type FleetJudgement, judgeFleet } from '../domain/fleet/judge-fleet.ts';
import { type Clock } from '../ports/clock.ts';
import { compareAndSet } from '../ports/compare-and-set.ts';
import { type FleetFileStore } from '../ports/fleet/stores.ts';
import { createSerial } from '../ports/serial.ts';

/** The findings on candle files, and the judgement that follows from them. */
export interface FileRegistry {
  /** As stored. */
  read(): Promise<readonly FileRecord[]>;
  /** Files for which the worker is suspended, at most `FRESH_MS` old. */
  suspendedFor(workerId: string): Promise<ReadonlySet<string>>;
  isSuspended(workerId: string, file: string): Promise<boolean>;
  /** At most `FRESH_MS` old. */
  judgement(): Promise<FleetJudgement>;
  /**
   * Changes the record of a file by a decision and retries after a conflict. Writes nothing when the decision returns
   * the same record. @throws AppError `contention`
   */
  change(file: string, decide: (record: FileRecord) => FileRecord): Promise<FileRecord>;
}

/** Cache time: a suspension by another coordinator takes effect within it. */
const FRESH_MS = 5_000;
const NONE: ReadonlySet<string> = new Set();

export function createFileRegistry(files: FleetFileStore, clock: Clock): FileRegistry {
  const serial = createSerial();
  let known: Promise<FleetJudgement> | null = null;
  let readAt = -Infinity;

  function judgement(): Promise<FleetJudgement> {
    if (known === null || clock.now() - readAt > FRESH_MS) {
      readAt = clock.now();
      const asked = files.list().then(judgeFleet);
      known = asked;
      // A failed query is not cached.
      asked.catch(() => {
        if (known === asked) known = null;
      });
    }
    return known;
  }

  const suspendedFor = async (workerId: string): Promise<ReadonlySet<string>> =>
    (await judgement()).suspended.get(workerId) ?? NONE;

  return {
    read: () => files.list(),
    suspendedFor,
    isSuspended: async (workerId, file) => (await suspendedFor(workerId)).has(file),
    judgement,
    change: (file, decide) =>
      serial(file, () =>
        compareAndSet(`the record of ${file}`, async () => {
          const record = (await files.list()).find((other) => other.file === file) ?? newFileRecord(file);
          const next = decide(record);
          if (next === record) return { done: record };
          if (!(await files.save(next, record.version))) return null;
          known = null;
          return { done: { ...next, version: record.version + 1 } };
        }),
      ),
  };
}
