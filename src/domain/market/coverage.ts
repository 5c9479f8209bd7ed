import { AppError } from '../errors.ts';
import { FLAGS, type CoverageReport, type Gap, type Series } from './series.ts';

/** Number of largest gaps that an error lists. */
const NAMED_GAPS = 3;

/** Too many bars of a series are missing (docs/simulation-rules.md rule 11). */
export class CoverageError extends AppError {
  readonly report: CoverageReport;

  constructor(symbol: string, minimum: number, report: CoverageReport) {
    const untraded = report.untraded > 0 ? ` (${report.untraded} of them with volume 0)` : '';
    const largest = [...report.gaps].sort((a, b) => b.bars - a.bars || a.from - b.from).slice(0, NAMED_GAPS);
    const gaps = largest.map((gap) => `${gap.bars} bars from ${isoOf(gap.from)} to ${isoOf(gap.to)}`).join('; ');
    super(
      'poor-coverage',
      `${symbol}: coverage ${percent(report.coverage)} is below ${percent(minimum)}: ${report.missing} of ${report.bars}` +
        ` bars are missing${untraded} in ${report.gaps.length} gaps, the largest: ${gaps}`,
      {
        advice: `Use a longer timeframe or a period without these gaps, or play it all the same with --minimum-coverage ${playable(report.coverage)}`,
      },
    );
    this.name = 'CoverageError';
    this.report = report;
  }
}

export function coverageOf(series: Series): CoverageReport {
  const gaps: Gap[] = [];
  let missing = 0;
  let untraded = 0;
  for (let i = 0; i < series.length; i += 1) {
    if (series.filled[i] === FLAGS.real) continue;
    const first = i;
    while (i + 1 < series.length && series.filled[i + 1] !== FLAGS.real) i += 1;
    for (let bar = first; bar <= i; bar += 1) if (series.filled[bar] === FLAGS.untraded) untraded += 1;
    const bars = i - first + 1;
    missing += bars;
    gaps.push({ from: series.time[first]!, to: series.time[i]!, bars });
  }
  const coverage = series.length === 0 ? 0 : (series.length - missing) / series.length;
  return { bars: series.length, missing, untraded, coverage, gaps };
}

/**
 * Returns the coverage report. @throws CoverageError `poor-coverage` when the share of real bars is below `minimum`
 * (0..1); the message lists the largest gaps.
 */
export function requireCoverage(series: Series, minimum: number): CoverageReport {
  const report = coverageOf(series);
  if (report.coverage < minimum) throw new CoverageError(series.symbol, minimum, report);
  return report;
}

const isoOf = (ms: number): string => new Date(ms).toISOString();
/** The coverage rounded down to a value that lets it pass. */
const playable = (coverage: number): string => (Math.floor(coverage * 100) / 100).toFixed(2);
const percent = (fraction: number): string => `${(fraction * 100).toFixed(2)} %`;
