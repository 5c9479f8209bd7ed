import { indicatorKey } from '../../domain/indicators/indicator-cache.ts';
import { type IndicatorColumns } from '../../domain/indicators/indicator.ts';
import { INDICATORS } from '../../domain/indicators/registry.ts';
import { indicatorsOf, type IndicatorUse } from '../../domain/strategies/spec-reads.ts';
import { type StrategySpec } from '../../domain/strategies/spec.ts';

type Compute = (indicators: readonly IndicatorUse[]) => Promise<readonly IndicatorColumns[]>;

/** Indicator columns in shared memory, each computed once for all threads. */
export interface ColumnStore {
  /**
   * Columns that `specs` read, by `indicatorKey`: those that are read most, as far as memory goes. What is left out, the
   * threads compute for themselves.
   * @param compute asked at most `parts` times at once.
   */
  columnsFor(
    seriesKey: string,
    bars: number,
    specs: readonly StrategySpec[],
    parts: number,
    compute: Compute,
  ): Promise<ReadonlyMap<string, IndicatorColumns>>;
}

const MAX_BYTES = 256 * 2 ** 20;

export function createColumnStore(maxBytes = MAX_BYTES): ColumnStore {
  /** The least recently used first. */
  const kept = new Map<string, { readonly columns: IndicatorColumns; readonly bytes: number }>();
  let bytes = 0;

  const keep = (key: string, columns: IndicatorColumns, size: number): void => {
    bytes += size - (kept.get(key)?.bytes ?? 0);
    kept.delete(key);
    kept.set(key, { columns, bytes: size });
    for (const [oldest, dropped] of kept) {
      if (bytes <= maxBytes) break;
      kept.delete(oldest);
      bytes -= dropped.bytes;
    }
  };

  return {
    async columnsFor(seriesKey, bars, specs, parts, compute) {
      const wanted = mostRead(specs, bars, maxBytes);
      const columns = new Map<string, IndicatorColumns>();
      const missing: (IndicatorUse & { readonly key: string; readonly bytes: number })[] = [];
      for (const use of wanted) {
        const found = kept.get(`${seriesKey}/${use.key}`);
        if (found) {
          columns.set(use.key, found.columns);
          keep(`${seriesKey}/${use.key}`, found.columns, found.bytes);
        } else missing.push(use);
      }
      const shares = Array.from({ length: parts }, (_, part) => missing.filter((_use, i) => i % parts === part));
      await Promise.all(
        shares.map(async (share) => {
          if (share.length === 0) return;
          const computed = await compute(share.map(({ indicator, params }) => ({ indicator, params })));
          share.forEach((use, i) => {
            columns.set(use.key, computed[i]!);
            keep(`${seriesKey}/${use.key}`, computed[i]!, use.bytes);
          });
        }),
      );
      return columns;
    },
  };
}

/** Distinct indicators of known names, by how many specs read them, until `maxBytes` are taken. */
function mostRead(
  specs: readonly StrategySpec[],
  bars: number,
  maxBytes: number,
): readonly (IndicatorUse & { readonly key: string; readonly bytes: number })[] {
  const reads = new Map<string, { readonly use: IndicatorUse; count: number }>();
  for (const spec of specs) {
    for (const use of indicatorsOf(spec)) {
      // An unknown name is the engine's to refuse, with the field.
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
      if (bytes > left) return [];
      left -= bytes;
      return [{ ...use, key, bytes }];
    });
}
