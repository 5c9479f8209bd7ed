import { type CliIo } from '../../src/cli/output/io.ts';
import { type Row } from '../../src/cli/output/table.ts';
import { round, type Spread } from '../statistics.ts';
import { KIND_TITLES, type SpecKind } from './bench-market.ts';
import { type EngineBenchReport } from './bench.ts';
import { type Comparison } from './compare.ts';
import { type FreshSearch } from './fresh-process.ts';

/** Targets of the engine; null for figures without one. */
const TARGETS: Readonly<
  Record<SpecKind, { readonly warm: number | null; readonly cold: number | null; readonly full: number | null }>
> = {
  plain: { warm: 15, cold: 8, full: 3 },
  tight: { warm: 2.5, cold: null, full: null },
  trailing: { warm: null, cold: null, full: null },
};
const WORKER_ENGINES = 12;
const SEARCH_SHARE = 0.8;
const TWO_THREADS = 1.8;
const MEMORY_MIB = 500;
const MIB = 2 ** 20;

const spread = ({ median, min, max }: Spread, digits: number): string =>
  `${median.toFixed(digits)} (${min.toFixed(digits)}..${max.toFixed(digits)})`;

/** A figure and its target. */
function against(value: number, target: number | null, sense: 'at least' | 'at most'): Pick<Row, 'target' | 'verdict'> {
  if (target === null) return { target: null, verdict: null };
  const holds = sense === 'at least' ? value >= target : value <= target;
  return { target: `${sense} ${target}`, verdict: holds ? 'reached' : 'missed' };
}

function ratioRows({ kind, warmRatio, coldRatio, fullRatio }: Comparison): Row[] {
  const { warm, cold, full } = TARGETS[kind];
  return [
    {
      specs: KIND_TITLES[kind],
      ratio: 'oracle / screening, rules cached',
      value: spread(warmRatio, 1),
      ...against(warmRatio.median, warm, 'at least'),
    },
    {
      specs: '',
      ratio: 'oracle / screening, new rules',
      value: spread(coldRatio, 1),
      ...against(coldRatio.median, cold, 'at least'),
    },
    {
      specs: '',
      ratio: 'full run / screening',
      value: spread(fullRatio, 2),
      ...against(fullRatio.median, full, 'at most'),
    },
  ];
}

export function printEngineBench(io: CliIo, report: EngineBenchReport): void {
  const { series, comparisons, workerEngines, scaling, fresh, memory, cores } = report;
  io.print(`${series.symbol}, ${series.bars} bars, one thread, CPU time; median (min..max) of the rounds\n`);
  io.table(
    comparisons.map((row) => ({
      specs: KIND_TITLES[row.kind],
      count: row.specs,
      'trades per spec': round(row.tradesPerSpec, 0),
      'oracle ms': round(row.oracleMs.median, 3),
      'screening ms, new rules': round(row.coldMs.median, 4),
      'rules cached': round(row.warmMs.median, 4),
      'full run ms': round(row.fullMs.median, 4),
    })),
    '',
  );
  io.print('');
  io.table(comparisons.flatMap(ratioRows), '');
  const { literalMs, coldMs, warmMs } = workerEngines;
  io.print(
    `\n${workerEngines.genomes} genomes by the rules of the Python workers, CPU ms per genome: literal ${literalMs.median.toFixed(3)}, ` +
      `fast ${coldMs.median.toFixed(4)} with new rules, ${warmMs.median.toFixed(4)} with cached ones`,
  );
  io.table(
    [
      {
        ratio: 'literal / fast, rules cached',
        value: spread(workerEngines.warmRatio, 1),
        ...against(workerEngines.warmRatio.median, WORKER_ENGINES, 'at least'),
      },
      {
        ratio: 'literal / fast, new rules',
        value: spread(workerEngines.coldRatio, 1),
        ...against(workerEngines.coldRatio.median, null, 'at least'),
      },
    ],
    '',
  );
  io.print('\nCost of a spec by number of bars (screening, rules cached)');
  io.table(
    scaling.map(({ bars, microsPerSpec, nanosPerBar }) => ({
      bars,
      'us per spec': round(microsPerSpec, 1),
      'ns per bar': round(nanosPerBar, 3),
    })),
    '',
  );
  const { specs, twoThreads, genomes } = fresh;
  const speedup = specs.searchSeconds / twoThreads.searchSeconds;
  const isSame = specs.resultHash === twoThreads.resultHash;
  io.print(`\ncorp search of ${specs.genomes} in new processes`);
  io.table(
    [
      shareRow('specs of the four families', specs),
      shareRow('genomes of the Python workers', genomes),
      {
        figure: `two threads / one, wall time (${cores} cores; valid only when both are free)`,
        value: `${speedup.toFixed(2)} (${specs.searchSeconds.toFixed(2)} / ${twoThreads.searchSeconds.toFixed(2)} s)`,
        ...against(speedup, TWO_THREADS, 'at least'),
      },
      {
        figure: 'result hash on one and two threads',
        value: isSame ? 'the same' : 'DIFFERENT',
        target: 'the same',
        verdict: isSame ? 'reached' : 'missed',
      },
      {
        figure: `peak memory, ${memory.bars} candles, ${memory.columns} indicator columns`,
        value: `${Math.round(memory.peakRss / MIB)} MiB`,
        ...against(memory.peakRss / MIB, MEMORY_MIB, 'at most'),
      },
    ],
    '',
  );
}

function shareRow(what: string, { searchCpuSeconds, totalCpuSeconds }: FreshSearch): Row {
  const share = searchCpuSeconds / totalCpuSeconds;
  return {
    figure: `share of CPU time in the search, one thread, ${what}`,
    value: `${share.toFixed(3)} (${searchCpuSeconds.toFixed(2)} of ${totalCpuSeconds.toFixed(2)} s)`,
    ...against(share, SEARCH_SHARE, 'at least'),
  };
}
