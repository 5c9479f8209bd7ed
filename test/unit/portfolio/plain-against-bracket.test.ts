import { expect, it } from 'vitest';
import { simulate } from '../../../src/domain/backtest/oracle/simulate.ts';
import { type FillModel } from '../../../src/domain/backtest/result.ts';
import { type Candle } from '../../../src/domain/market/candle.ts';
import { type Series } from '../../../src/domain/market/series.ts';
import { createRng } from '../../../src/domain/random/rng.ts';
import { closedTrades } from '../../../src/domain/portfolio/closed-trades.ts';
import { type StrategySpec } from '../../../src/domain/strategies/spec.ts';
import { buildSeries } from '../../fixtures/build-series.ts';
import { playOnPaper } from '../../fixtures/reference/play-on-paper.ts';
import { HOUR, MARKET, PERPETUAL } from './venue-fixtures.ts';

const BARS = 2000;
const FEES = { takerFeeRate: 0.002, makerFeeRate: 0.001 };

/** An hourly walk whose bars have about 1 % of range, with gaps now and then. */
function walk(symbol: string): Series {
  const rng = createRng('plain against bracket');
  const cents = (price: number): number => Math.round(price * 100) / 100;
  const candles: Candle[] = [];
  let price = 100;
  for (let i = 0; i < BARS; i += 1) {
    const open = cents(price * Math.exp(rng.next() < 0.05 ? 0.02 * rng.normal() : 0));
    const close = cents(open * Math.exp(0.007 * rng.normal()));
    const high = cents(Math.max(open, close) * (1 + 0.004 * rng.next()));
    const low = cents(Math.min(open, close) * (1 - 0.004 * rng.next()));
    candles.push({ time: i * HOUR, open, high, low, close, volume: 1 });
    price = close;
  }
  return buildSeries(symbol, '1h', candles);
}

const percent = (value: number) => ({ kind: 'percent', value }) as const;
const rsi = { indicator: 'rsi', params: { period: 7 }, output: 'value' } as const;
const spec = (more: Partial<StrategySpec>): StrategySpec => ({
  family: 'momentum',
  side: 'long',
  entry: { left: rsi, op: 'crosses-above', right: { value: 60 } },
  stop: percent(0.02),
  sizing: { kind: 'fraction', fraction: 0.5 },
  ...more,
});
const SPECS: Readonly<Record<string, StrategySpec>> = {
  'stop 2 %, target 3 %': spec({ target: percent(0.03) }),
  'stop 1 %, target 1 %': spec({ stop: percent(0.01), target: percent(0.01) }),
  'trailing stop 2 %': spec({ trailing: percent(0.02) }),
  'stop 2 %, 12 bars': spec({ maxHoldBars: 12 }),
  'short, stop 2 %, target 3 %': spec({ side: 'short', target: percent(0.03) }),
};

// What it costs to have no brackets at the venue is measured, not asserted: the figures belong to this walk.
it('the same strategies on a plain venue and on one with brackets: the difference is printed', () => {
  const lines = ['strategy                       trades           profit of a trade, USD  final equity'];
  for (const [name, drawn] of Object.entries(SPECS)) {
    const market = { ...(drawn.side === 'short' ? PERPETUAL : MARKET), ...FEES };
    const model: FillModel = {
      market,
      slippageRate: 0.0005,
      stopRangeShare: 0.02,
      priceImprovement: false,
      initialCash: 10_000,
    };
    const series = walk(market.symbol);
    const { trades } = simulate(series, drawn, model);
    const [bracket, plain] = (['bracket', 'plain'] as const).map((profile) => {
      const { fills, equity } = playOnPaper(series, drawn, model, trades, undefined, undefined, profile);
      const closed = closedTrades(fills);
      const mean = closed.reduce((sum, { pnl }) => sum + pnl, 0) / closed.length;
      return { trades: closed.length, mean, equity: equity.at(-1)! };
    });
    expect(plain!.trades).toBeGreaterThan(20);
    const pair = (of: (run: NonNullable<typeof plain>) => string): string => `${of(bracket!)} -> ${of(plain!)}`;
    lines.push(
      `${name.padEnd(30)} ${pair((run) => String(run.trades)).padEnd(16)} ${pair((run) => run.mean.toFixed(2)).padEnd(24)} ${pair((run) => run.equity.toFixed(0))}`,
    );
  }
  process.stdout.write(`Bracket -> plain, ${BARS} bars:\n${lines.join('\n')}\n`);
});
