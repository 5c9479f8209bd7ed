import { datasetOf, seriesIdOf } from '../../domain/market/dataset.ts';
import { Option, type Command } from 'commander';
import { createEngine } from '../../domain/backtest/engine/engine.ts';
import { computeMetrics, type Metrics } from '../../domain/backtest/metrics/metrics.ts';
import { resultHash } from '../../domain/backtest/result-hash.ts';
import { type Simulation, type Trade } from '../../domain/backtest/result.ts';
import { requireCoverage } from '../../domain/market/coverage.ts';
import { type CoverageReport } from '../../domain/market/series.ts';
import { describeSpec } from '../../domain/strategies/describe-spec.ts';
import { FAMILIES, type StrategySpec } from '../../domain/strategies/spec.ts';
import { addCheckOptions, requireCheckOptions, runCheck, type CheckOptions } from '../checks/backtest-checks.ts';
import { readBacktestInput, type BacktestInput, type BacktestSource } from '../input/backtest-input.ts';
import { addCandlesOptions } from '../input/candles-input.ts';
import { addFillOptions } from '../input/fill-options.ts';
import { minimumCoverageOption, withMinimumCoverage, type CoverageOptions } from '../input/minimum-coverage.ts';
import { type CliIo } from '../output/io.ts';
import { loadCliConfig } from '../process/load-cli-config.ts';
import { jsonOption, parseTimeframe } from '../input/options.ts';
import { requireReportPath, writeReport } from '../../reports/backtest/write-report.ts';
import { type Row } from '../output/table.ts';
import { isoTime, percent } from '../../reports/figures.ts';

interface Options extends BacktestSource, CheckOptions, CoverageOptions {
  readonly report?: string;
  readonly json: boolean;
}

const SIMULATED_NOTE =
  'The candles are generated: this shows what a backtest prints, not what the strategy would earn.';

/** Number of trades shown from each end of the list. */
const SHOWN_TRADES = 5;

function documentOf(
  spec: StrategySpec,
  { market, source, series }: Pick<BacktestInput, 'market' | 'source' | 'series'>,
  { missing, untraded, coverage, gaps }: CoverageReport,
  metrics: Metrics,
  simulation: Simulation,
) {
  const { symbol, timeframe, length, time } = series;
  const [from, to] = [time[0], time[length - 1]];
  return {
    spec,
    market,
    series: {
      symbol,
      timeframe,
      seriesId: seriesIdOf(source, series),
      dataset: datasetOf(series),
      bars: length,
      from,
      to,
      missing,
      untraded,
      gaps: gaps.length,
      coverage,
    },
    metrics,
    trades: simulation.trades,
    equity: Array.from(simulation.equity, (value, i) => [time[i], value]),
    resultHash: resultHash(simulation),
  };
}

/** Why an annualised figure is missing; stands in its place. */
const shortPeriod = ({ notAnnualised }: Metrics, text: string | null | undefined): string | null | undefined =>
  notAnnualised === null ? text : `- (${notAnnualised})`;

const volumeText = ({ volumeShare }: Metrics): string =>
  volumeShare === null
    ? '- (the candles have no volume)'
    : `${volumeShare.above1Percent} of ${volumeShare.fills}, ${volumeShare.above10Percent} above 10 %`;

const metricRows = (metrics: Metrics): readonly Row[] =>
  Object.entries({
    'total return': percent(metrics.totalReturn),
    'buy and hold': percent(metrics.buyAndHold),
    'yearly growth': shortPeriod(metrics, percent(metrics.cagr)),
    sharpe: shortPeriod(metrics, metrics.sharpe?.toFixed(2)),
    sortino: shortPeriod(metrics, metrics.sortino?.toFixed(2)),
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
    'fills above 1 % of volume': volumeText(metrics),
  }).map(([metric, value]) => ({ metric, value }));

function rejections({ rejectedSignals }: Metrics): string {
  const counts = Object.entries(rejectedSignals).filter(([, count]) => count > 0);
  if (counts.length === 0) return 'Rejected signals: none';
  return `Rejected signals: ${counts.map(([reason, count]) => `${count} ${reason}`).join(', ')}`;
}

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
  requireCheckOptions(options);
  const exchange = withMinimumCoverage(loadCliConfig(io).exchange, options);
  if (options.report !== undefined) await requireReportPath(options.report);
  const input = await readBacktestInput(io, exchange, options);
  const { spec, notes, specFile, series, model, market, marketNotes, candles } = input;
  for (const note of notes) io.complain(`corp: ${specFile}: ${note}`);
  for (const note of marketNotes) io.complain(`corp: ${note}`);
  const coverage = requireCoverage(series, exchange.minimumCoverage);
  const simulation = createEngine(series).simulate(spec, model);
  if (runCheck(io, spec, series, simulation.trades, options)) return;
  const metrics = computeMetrics(simulation, series, { from: 0, to: series.length }, model);
  const document = documentOf(spec, input, coverage, metrics, simulation);
  if (options.report !== undefined) {
    const { resultHash } = document;
    const reported = { spec, dataFile: candles, series, coverage, model, simulation, metrics, resultHash };
    await writeReport(options.report, reported);
  }
  if (options.json) return io.json(document);

  const { symbol, timeframe, bars } = document.series;
  if (options.example) io.print(`Spec ${specFile}`);
  if (market === 'simulated') io.print(`No --data: ${candles}. ${SIMULATED_NOTE}`);
  io.print(`${describeSpec(spec)}\n${symbol} ${timeframe}, ${bars} bars, coverage ${percent(coverage.coverage)}\n`);
  io.table(metricRows(metrics), '');
  const { trades } = simulation;
  io.print(`\n${rejections(metrics)}`);
  const isShort = trades.length <= 2 * SHOWN_TRADES;
  io.print(`\n${isShort ? 'Trades' : `First and last ${SHOWN_TRADES} of ${trades.length} trades`}`);
  const shown = isShort ? trades : [...trades.slice(0, SHOWN_TRADES), ...trades.slice(-SHOWN_TRADES)];
  io.table(shown.map(tradeRow), 'None: the spec never entered.');
  io.print(`\nresult hash ${document.resultHash}`);
  if (options.report !== undefined) io.print(`report ${options.report}`);
}

export function registerBacktest(program: Command, io: CliIo): void {
  const command = program
    .command('backtest')
    .option('--spec <file>', 'strategy spec, or genome of a Python worker, JSON')
    .addOption(
      new Option('--example [family]', 'instead of --spec: a spec of examples/')
        .choices(FAMILIES)
        .preset('trend-following')
        .conflicts('spec'),
    )
    .option('--timeframe <timeframe>', 'bars to trade on; default: those of the candles', parseTimeframe);
  addCandlesOptions(command, { several: false });
  addFillOptions(command).addOption(minimumCoverageOption());
  addCheckOptions(command);
  command
    .addOption(
      new Option('--report <file>', 'also write an HTML report, which opens without a server').conflicts([
        'checkWarmup',
        'checkLookahead',
      ]),
    )
    .addOption(jsonOption())
    .action((options: Options) => run(io, options));
}
