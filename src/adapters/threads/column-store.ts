import { indicatorKey } from '../../domain/indicators/indicator-cache.ts';
import { type IndicatorColumns } from '../../domain/indicators/indicator.ts';
import { INDICATORS } from '../../domain/indicators/registry.ts';
import { indicatorsOf, type IndicatorUse } from '../../domain/strategies/spec-reads.ts';
import { type StrategySpec } from '../../domain/strategies/spec.ts';
import { createColumnMemory, roomFor } from './column-memory.ts';
import { columnsIn } from './share-series.ts';

/** An indicator, and the memory for its output columns (share-series.ts). */
export interface ColumnRequest extends IndicatorUse {
  readonly memory: SharedArrayBuffer;
}

/** Columns that are valid until `end` is called; their memory is reused afterwards. */
export interface ColumnLoan {
  /** By `indicatorKey`. */
  readonly columns: ReadonlyMap<string, IndicatorColumns>;
  end(): void;
}

/** Indicator columns in shared memory, each computed once for all threads. */
export interface ColumnStore {
  /**
   * Columns that `specs` read, the most frequently read first, within the memory limit. Threads compute the others
   * themselves.
   * @param compute called at most `parts` times concurrently; a failed call may still write to its memory
   */
  lend(
    seriesKey: string,
    bars: number,
    specs: readonly StrategySpec[],
    parts: number,
    compute: (requests: readonly ColumnRequest[]) => Promise<unknown>,
  ): Promise<ColumnLoan>;
}

interface Entry {
  readonly memory: SharedArrayBuffer;
  readonly columns: IndicatorColumns;
  readers: number;
  /** Available to later calls of `lend`. */
  isKept: boolean;
}

interface Wanted extends IndicatorUse {
  readonly key: string;
  readonly bytes: number;
}

/** @param maxBytes of columns that are kept and of unused memory together. Columns that are lent may be more for a while. */
export function createColumnStore(maxBytes: number): ColumnStore {
  const memory = createColumnMemory(() => maxBytes - bytes);
  /** Least recently used first. */
  const kept = new Map<string, Entry>();
  let bytes = 0;

  const drop = (key: string): void => {
    const entry = kept.get(key);
    if (!entry) return;
    kept.delete(key);
    bytes -= entry.memory.byteLength;
    entry.isKept = false;
    if (entry.readers === 0) memory.give(entry.memory);
  };

  const keep = (key: string, entry: Entry): void => {
    drop(key);
    kept.set(key, entry);
    bytes += entry.memory.byteLength;
    memory.trim();
  };

  /** Evicts the least recently used entries until `more` bytes fit. */
  const makeRoom = (more: number): void => {
    for (const key of kept.keys()) {
      if (bytes + more <= maxBytes) return;
      drop(key);
    }
  };

  const lendTo = (entry: Entry, loan: Entry[]): Entry => {
    entry.readers += 1;
    loan.push(entry);
    return entry;
  };

  const end = (loan: Entry[]): void => {
    for (const entry of loan.splice(0)) {
      entry.readers -= 1;
      if (entry.readers === 0 && !entry.isKept) memory.give(entry.memory);
    }
  };

  return {
    async lend(seriesKey, bars, specs, parts, compute) {
      const loan: Entry[] = [];
      const columns = new Map<string, IndicatorColumns>();
      const missing: Wanted[] = [];
      for (const use of mostRead(specs, bars, maxBytes)) {
        const key = `${seriesKey}/${use.key}`;
        const found = kept.get(key);
        if (!found) {
          missing.push(use);
          continue;
        }
        kept.delete(key);
        kept.set(key, found);
        columns.set(use.key, lendTo(found, loan).columns);
      }
      makeRoom(missing.reduce((sum, use) => sum + roomFor(use.bytes), 0));
      const shares = Array.from({ length: parts }, (_, part) => missing.filter((_use, i) => i % parts === part));
      const computing = shares.map(async (share) => {
        if (share.length === 0) return;
        const requests = share.map(({ indicator, params, bytes: size }) => ({
          ...{ indicator, params },
          memory: memory.take(size),
        }));
        // Memory of a failed computation is not reused: its thread may still write to it.
        await compute(requests);
        share.forEach((use, i) => {
          const { memory: written } = requests[i]!;
          const { outputs } = INDICATORS[use.indicator]!;
          const entry: Entry = {
            memory: written,
            columns: columnsIn(written, outputs, bars),
            readers: 0,
            isKept: true,
          };
          keep(`${seriesKey}/${use.key}`, entry);
          columns.set(use.key, lendTo(entry, loan).columns);
        });
        makeRoom(0);
      });
      const failed = (await Promise.allSettled(computing)).find((share) => share.status === 'rejected');
      if (failed) {
        end(loan);
        throw failed.reason;
      }
      return { columns, end: () => end(loan) };
    },
  };
}

/** Distinct known indicators, sorted by the number of specs that read them, limited to `maxBytes`. */
function mostRead(specs: readonly StrategySpec[], bars: number, maxBytes: number): readonly Wanted[] {
  const reads = new Map<string, { readonly use: IndicatorUse; count: number }>();
  for (const spec of specs) {
    for (const use of indicatorsOf(spec)) {
      // The engine refuses an unknown name and reports the field.
      if (!Object.hasOwn(INDICATORS, use.indicator)) continue;
      const key = indicatorKey(use.indicator, use.params);
      const known = reads.get(key);
      if (known) known.count += 1;
      else reads.set(key, { use, count: 1 });
    }
  }
  let left = maxBytes;
  return [...reads]
    .sort(([, a], [, b]) => b.count - a.count)
    .flatMap(([key, { use }]) => {
      const bytes = INDICATORS[use.indicator]!.outputs.length * bars * Float64Array.BYTES_PER_ELEMENT;
      if (roomFor(bytes) > left) return [];
      left -= roomFor(bytes);
      return [{ ...use, key, bytes }];
    });
}
