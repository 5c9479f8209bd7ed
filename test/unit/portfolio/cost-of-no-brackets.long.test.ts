import { expect, it } from 'vitest';
import { simulate } from '../../../src/domain/backtest/oracle/simulate.ts';
import { type FillModel, type Simulation } from '../../../src/domain/backtest/result.ts';
import { type Series } from '../../../src/domain/market/series.ts';
import { sliceSeries } from '../../../src/domain/market/slice-series.ts';
import { timeframeMs } from '../../../src/domain/market/timeframe.ts';
import { closedTrades } from '../../../src/domain/portfolio/closed-trades.ts';
import { createRng } from '../../../src/domain/random/rng.ts';
import { buildSpec, randomParameters } from '../../../src/domain/strategies/families/families.ts';
import { FAMILIES, type StrategySpec } from '../../../src/domain/strategies/spec.ts';
import { warmupBars } from '../../../src/domain/strategies/warmup-bars.ts';
import { needsRealSeries, realSeries } from '../../fixtures/engine/real-parity.ts';
import { type PaperRun, paperDifference, playOnPaper } from '../../fixtures/reference/play-on-paper.ts';
import { MARKET } from './venue-fixtures.ts';

const SPECS = 20;
const BARS = 2000;
/** With fewer a difference of trades says nothing. */
const LEAST_TRADES = 8;

/** Costs as configured: Coinbase's lowest tier. A perpetual, so that shorts are possible. */
const MODEL: FillModel = {
  market: { ...MARKET, symbol: 'BTC-USD', kind: 'perpetual', stepSize: 1e-8, minAmount: 1e-8, minNotional: 1 },
  slippageRate: 0.0005,
  stopRangeShare: 0.02,
  priceImprovement: false,
  initialCash: 100_000,
};

interface Case {
  readonly spec: StrategySpec;
  readonly series: Series;
  readonly backtest: Simulation;
}

/** Specs of all families in turn, each on its own 2,000 real candles, that trade often enough there. */
function cases(): readonly Case[] {
  const rng = createRng('cost of no brackets');
  const whole = realSeries();
  const found: Case[] = [];
  for (let drawn = 0; found.length < SPECS; drawn += 1) {
    if (drawn > 100 * SPECS) throw new Error(`only ${found.length} of ${drawn} specs trade`);
    const family = FAMILIES[found.length % FAMILIES.length]!;
    const spec = buildSpec(family, randomParameters(family, rng));
    if (warmupBars(spec) > BARS / 3) continue;
    const from = found.length * BARS;
    const series = sliceSeries(whole, from, from + BARS);
    const backtest = simulate(series, spec, MODEL);
    const closed = backtest.trades.filter(({ reason }) => reason !== 'end-of-data');
    if (closed.length >= LEAST_TRADES) found.push({ spec, series, backtest });
  }
  return found;
}

function figuresOf({ fills, equity }: PaperRun) {
  return {
    trades: closedTrades(fills).length,
    fees: fills.reduce((sum, { fee }) => sum + fee, 0),
    profit: equity.at(-1)! - MODEL.initialCash,
  };
}

const protectionOf = ({ trailing, target, maxHoldBars }: StrategySpec): string =>
  ['stop', ...(target ? ['target'] : []), ...(trailing ? ['trail'] : []), ...(maxHoldBars ? ['time'] : [])].join(' ');

// What it costs to have no brackets at the venue is measured, not asserted: the figures belong to these candles.
it.skipIf(needsRealSeries.isMissing)(
  needsRealSeries.title('the bracket account makes the trades of the backtest; what the plain one costs is printed'),
  () => {
    const rows: (readonly (string | number)[])[] = [];
    const total = { bracket: 0, plain: 0, bracketFees: 0, plainFees: 0, bracketTrades: 0, plainTrades: 0 };
    for (const [i, { spec, series, backtest }] of cases().entries()) {
      const [bracket, plain] = (['bracket', 'plain'] as const).map((profile) =>
        playOnPaper(series, spec, MODEL, backtest.trades, undefined, undefined, profile),
      );
      const barMs = timeframeMs(series.timeframe);
      expect(paperDifference(bracket!, backtest, barMs, MODEL.initialCash), `spec ${i}`).toBeNull();
      const [b, p] = [figuresOf(bracket!), figuresOf(plain!)];
      expect(p.trades).toBeGreaterThan(0);
      total.bracket += b.profit;
      total.plain += p.profit;
      total.bracketFees += b.fees;
      total.plainFees += p.fees;
      total.bracketTrades += b.trades;
      total.plainTrades += p.trades;
      rows.push([
        ...[i + 1, spec.family, spec.side, protectionOf(spec), b.trades, p.trades],
        ...[b.fees, p.fees, b.profit, p.profit, p.profit - b.profit].map((usd) => usd.toFixed(0)),
      ]);
    }
    const { bracket, plain, ...sums } = total;
    rows.push([
      ...['all', '', '', '', sums.bracketTrades, sums.plainTrades],
      ...[sums.bracketFees, sums.plainFees, bracket, plain, plain - bracket].map((usd) => usd.toFixed(0)),
    ]);
    const head = [
      'spec',
      'family',
      'side',
      'protection',
      'trades',
      'plain',
      'fees',
      'plain',
      'profit',
      'plain',
      'difference',
    ];
    const lines = [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`);
    process.stdout.write(
      `${BARS} candles of BTC-USD each, USD of 100,000; bracket, then plain:\n${lines.join('\n')}\n`,
    );
    expect(new Set(rows.map(([, family]) => family)).size).toBe(FAMILIES.length + 1);
  },
);
