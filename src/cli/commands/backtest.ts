import { InvalidArgumentError, type Command } from 'commander';
import { readCandleFile } from '../../adapters/replay/read-candle-file.ts';
import { computeMetrics, type Metrics } from '../../domain/backtest/metrics/metrics.ts';
import { resultHash } from '../../domain/backtest/result-hash.ts';
import { type FillModel, type Simulation, type Trade } from '../../domain/backtest/result.ts';
import { simulate } from '../../domain/backtest/simulate.ts';
import { buildSeries } from '../../domain/market/build-series.ts';
import { requireCoverage } from '../../domain/market/coverage.ts';
import { resample } from '../../domain/market/resample.ts';
import { type CoverageReport, type Series } from '../../domain/market/series.ts';
import { timeframeMs, type Timeframe } from '../../domain/market/timeframe.ts';
import { describeSpec } from '../../domain/strategies/describe-spec.ts';
import { type StrategySpec } from '../../domain/strategies/spec.ts';
import { AppError } from '../../ports/errors.ts';
import { replayMarket } from '../../runtime/import-candles.ts';
import { type CliIo } from '../io.ts';
import { loadCliConfig } from '../load-cli-config.ts';
import { jsonOption, parseTimeframe } from '../options.ts';
import { readSpec } from '../read-spec.ts';
import { requireReportPath, writeReport } from '../report/write-report.ts';
import { isoTime, percent, type Row } from '../table.ts';

interface Fees {
  readonly taker: number;
  readonly maker: number;
}

interface Options {
  readonly spec: string;
  readonly data: string;
  readonly timeframe?: Timeframe;
  readonly fees?: Fees;
  readonly slippage?: number;
  readonly report?: string;
  readonly json: boolean;
}

/** Above this a fee or slippage is a percentage somebody took for a fraction. */
const MAX_RATE = 0.1;
/** Trades shown from each end of the list. */
const SHOWN_TRADES = 5;

function parseRate(text: string): number {
  const rate = Number(text);
  if (text.trim() !== '' && rate >= 0 && rate <= MAX_RATE) return rate;
  throw new InvalidArgumentError(`Write fractions from 0 to ${MAX_RATE}: 0.006 is 0.6 %.`);
}

function parseFees(text: string): Fees {
  const [taker, maker, ...rest] = text.split(',');
  if (taker !== undefined && maker !== undefined && rest.length === 0) {
    return { taker: parseRate(taker), maker: parseRate(maker) };
  }
  throw new InvalidArgumentError('Write two fractions, taker and maker: 0.012,0.006.');
}

/** The file's candles in the timeframe asked for. */
async function readSeries(path: string, timeframe: Timeframe | undefined): Promise<Series> {
  const file = await readCandleFile(path);
  const own = buildSeries(file.symbol, file.timeframe, file.candles);
  if (timeframe === undefined || timeframe === file.timeframe) return own;
  if (timeframeMs(timeframe) % timeframeMs(file.timeframe) !== 0) {
    throw new AppError('bad-input', `${path}: ${timeframe} cannot be made of candles of ${file.timeframe}`, {
      advice: `Choose ${file.timeframe} or a multiple of it`,
    });
  }
  const series = resample(own, timeframe);
  if (series.length === 0) throw new AppError('bad-input', `${path}: holds not one whole candle of ${timeframe}`);
  return series;
}

function documentOf(
  spec: StrategySpec,
  series: Series,
  { missing, coverage, gaps }: CoverageReport,
  metrics: Metrics,
  simulation: Simulation,
) {
  const { symbol, timeframe, length, time } = series;
  const [from, to] = [time[0], time[length - 1]];
  return {
    spec,
    series: { symbol, timeframe, bars: length, from, to, missing, gaps: gaps.length, coverage },
    metrics,
    trades: simulation.trades,
    equity: Array.from(simulation.equity, (value, i) => [time[i], value]),
    resultHash: resultHash(simulation),
  };
}

const metricRows = (metrics: Metrics): readonly Row[] =>
  Object.entries({
    'total return': percent(metrics.totalReturn),
    'buy and hold': percent(metrics.buyAndHold),
    'yearly growth': percent(metrics.cagr),
    sharpe: metrics.sharpe?.toFixed(2),
    sortino: metrics.sortino?.toFixed(2),
    'probabilistic sharpe': percent(metrics.probabilisticSharpe),
    'deepest drawdown': percent(metrics.maxDrawdown),
    trades: String(metrics.trades),
    'win rate': percent(metrics.winRate),
    'profit factor': metrics.profitFactor?.toFixed(2),
    'average trade': percent(metrics.averageTrade),
    exposure: percent(metrics.exposure),
    'fees paid': metrics.feesPaid.toFixed(2),
    'final equity': metrics.finalEquity.toFixed(2),
    'ambiguous trades': String(metrics.ambiguousTrades),
    'return at best': percent(metrics.bestCaseReturn),
  }).map(([metric, value]) => ({ metric, value }));

const tradeRow = (trade: Trade): Row => ({
  side: trade.side,
  entry: isoTime(trade.entryTime),
  'entry price': trade.entryPrice,
  exit: isoTime(trade.exitTime),
  'exit price': trade.exitPrice,
  quantity: trade.quantity,
  fees: Number(trade.fees.toFixed(2)),
  pnl: Number(trade.pnl.toFixed(2)),
  reason: trade.reason,
});

async function run(io: CliIo, options: Options): Promise<void> {
  const { exchange } = loadCliConfig(io);
  if (options.report !== undefined) await requireReportPath(options.report);
  const spec = await readSpec(options.spec);
  const series = await readSeries(options.data, options.timeframe);
  const coverage = requireCoverage(series, exchange.minimumCoverage);
  const model: FillModel = {
    market: replayMarket({ ...exchange, fees: options.fees ?? exchange.fees }, series.symbol),
    slippageRate: options.slippage ?? exchange.slippageRate,
    priceImprovement: exchange.priceImprovement,
    initialCash: exchange.paper.startingCash,
  };
  const simulation = simulate(series, spec, model);
  const metrics = computeMetrics(simulation, series, { from: 0, to: series.length }, model);
  const document = documentOf(spec, series, coverage, metrics, simulation);
  if (options.report !== undefined) {
    const { resultHash } = document;
    const input = { spec, dataFile: options.data, series, coverage, model, simulation, metrics, resultHash };
    await writeReport(options.report, input);
  }
  if (options.json) return io.json(document);

  const { symbol, timeframe, bars } = document.series;
  io.print(`${describeSpec(spec)}\n${symbol} ${timeframe}, ${bars} bars, coverage ${percent(coverage.coverage)}\n`);
  io.table(metricRows(metrics), '');
  const { trades } = simulation;
  const isShort = trades.length <= 2 * SHOWN_TRADES;
  io.print(`\n${isShort ? 'Trades' : `First and last ${SHOWN_TRADES} of ${trades.length} trades`}`);
  const shown = isShort ? trades : [...trades.slice(0, SHOWN_TRADES), ...trades.slice(-SHOWN_TRADES)];
  io.table(shown.map(tradeRow), 'None: the spec never entered.');
  io.print(`\nresult hash ${document.resultHash}`);
  if (options.report !== undefined) io.print(`report ${options.report}`);
}

export function registerBacktest(program: Command, io: CliIo): void {
  program
    .command('backtest')
    .description('play one spec over one candle file')
    .requiredOption('--spec <file>', 'strategy spec, JSON')
    .requiredOption('--data <file>', 'candles, CSV')
    .option('--timeframe <timeframe>', "bars to trade on; the file's own unless said", parseTimeframe)
    .option('--fees <taker,maker>', 'fractions of notional; config/exchange.yaml unless said', parseFees)
    .option('--slippage <rate>', 'fraction of price; config/exchange.yaml unless said', parseRate)
    .option('--report <file>', 'also write an HTML report; it opens without a server')
    .addOption(jsonOption())
    .action((options: Options) => run(io, options));
}
