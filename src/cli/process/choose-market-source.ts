import { createHash } from 'node:crypto';
import { type Config } from '../../../config/schema.ts';
import { CANDLE_COLUMNS } from '../../domain/market/candle-columns.ts';
import { type CandleColumnsFile } from '../../ports/candle-files.ts';
import { timeframeAnchor, timeframeMs, type Timeframe } from '../../domain/market/timeframe.ts';
import { AppError } from '../../domain/errors.ts';
import { type CompanyDescriptor } from '../../runtime/company-descriptor.ts';
import { describeCandles, importCandleFiles, type CandleReport } from '../../adapters/candle-files/import-candles.ts';
import { type AppContext } from '../../runtime/context.ts';
import { simulatedMarketSource } from '../../runtime/simulated-descriptor.ts';

/** The market of a company. Market times in epoch ms. */
export interface MarketSource {
  readonly descriptor: CompanyDescriptor;
  readonly seed: number;
  readonly opensAt: number;
  /** Close of the last candle; absent for a market without end. */
  readonly endsAt?: number;
  readonly prepare: (context: AppContext) => Promise<void>;
  /** Candle files that are replayed, with what their reader assumed. */
  readonly files?: readonly Pick<CandleColumnsFile, 'path' | 'assumed'>[];
}

/** Share of the replayed candles that are history when the company opens. */
const HISTORY_SHARE = 0.6;

/** Source name from a hash of the candles, so that a source only ever contains the same candles. */
export function contentName(files: readonly CandleColumnsFile[]): string {
  const hash = createHash('sha256');
  for (const { symbol, timeframe, columns } of [...files].sort((a, b) => (a.symbol < b.symbol ? -1 : 1))) {
    hash.update(`${symbol}/${timeframe}/${columns.length}\n`);
    for (const name of CANDLE_COLUMNS) hash.update(new Uint8Array(columns[name].slice().buffer));
  }
  return `files-${hash.digest('hex').slice(0, 16)}`;
}

/** The period that all markets cover: from the latest first candle to the earliest last close, on candle boundaries. */
export function commonSpan(
  reports: readonly CandleReport[],
  timeframe: Timeframe,
): { readonly from: number; readonly to: number } {
  const step = timeframeMs(timeframe);
  const own = reports.find((report) => timeframeMs(report.timeframe) === step);
  const anchor = own ? own.from % step : timeframeAnchor(timeframe);
  const first = Math.max(...reports.map((report) => report.from)) - anchor;
  const last = Math.min(...reports.map((report) => report.to + timeframeMs(report.timeframe))) - anchor;
  const from = anchor + Math.ceil(first / step) * step;
  const to = anchor + Math.floor(last / step) * step;
  if (to - from < 2 * step)
    throw new AppError('bad-input', `the files have less than two candles of ${timeframe} in common`, {
      advice: 'Give files of the same period, or a shorter --timeframe',
    });
  return { from, to };
}

/** Candles that a cycle needs: with fewer, splits and averages are not meaningful. */
const ENOUGH_CANDLES = 1000;
const SHORTER: readonly Timeframe[] = ['30m', '15m', '5m', '1m'];

/** `preferred` when the files have enough candles of it, else the longest shorter timeframe with enough. */
export function timeframeFor(reports: readonly CandleReport[], preferred: Timeframe): Timeframe {
  const from = Math.max(...reports.map((report) => report.from));
  const to = Math.min(...reports.map((report) => report.to));
  const fits = (timeframe: Timeframe): boolean =>
    reports.every((report) => timeframeMs(timeframe) % timeframeMs(report.timeframe) === 0);
  const enough = (timeframe: Timeframe): boolean => (to - from) / timeframeMs(timeframe) >= ENOUGH_CANDLES;
  const candidates = [
    preferred,
    ...SHORTER.filter((timeframe) => timeframeMs(timeframe) < timeframeMs(preferred)),
  ].filter(fits);
  // Files of longer candles than the preferred ones are traded on their own.
  const longest = reports.reduce((a, b) => (timeframeMs(b.timeframe) > timeframeMs(a.timeframe) ? b : a)).timeframe;
  return candidates.find(enough) ?? candidates.at(-1) ?? (fits(longest) ? longest : preferred);
}

/** A market that replays these candles. */
function replayMarketSource(config: Config, files: readonly CandleColumnsFile[], seed: number): MarketSource {
  const { timeframe } = config.exchange;
  const { from, to } = commonSpan(files.map(describeCandles), timeframe);
  const step = timeframeMs(timeframe);
  const source = contentName(files);
  return {
    descriptor: { mode: 'replay', account: `paper-${source}`, source, announcedAt: Date.now() },
    seed,
    opensAt: from + Math.floor(((to - from) * HISTORY_SHARE) / step) * step,
    endsAt: to,
    files,
    prepare: async ({ stores }) => {
      await importCandleFiles(stores, config, files, source, { isContentAddressed: true });
    },
  };
}

/** @throws AppError `bad-input` for an unsupported exchange, or files that cannot be replayed. */
export async function chooseMarketSource(
  config: Config,
  options: {
    readonly exchange: string;
    readonly seed?: number;
    /** Reads the candles to replay; absent when none are named. */
    readonly candles?: () => Promise<readonly CandleColumnsFile[]>;
  },
): Promise<MarketSource> {
  const seed = options.seed ?? config.exchange.seed;
  switch (options.exchange) {
    case 'simulated': {
      if (options.candles)
        throw new AppError('bad-input', 'candles are named, and --exchange is simulated', {
          advice: 'Add --exchange replay',
        });
      const { descriptor, opensAt } = simulatedMarketSource(config, seed, Date.now());
      return { descriptor, seed, opensAt, prepare: async () => undefined };
    }
    case 'replay':
      if (!options.candles)
        throw new AppError('bad-input', '--exchange replay needs --data FILE..., or --market SYMBOL', {
          advice: 'Give one or more candle files, or a market that corp data import stored',
        });
      return replayMarketSource(config, await options.candles(), seed);
    default:
      throw new AppError(
        'bad-input',
        `--exchange ${options.exchange}: this version trades simulated and replay markets`,
        { advice: 'Use --exchange simulated, or --exchange replay --data FILE...' },
      );
  }
}
