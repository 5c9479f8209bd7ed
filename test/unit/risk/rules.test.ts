import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Fill } from '../../../src/domain/orders/order.ts';
import { closedTrades, type ClosedTrade } from '../../../src/domain/portfolio/closed-trades.ts';
import { dailyCorrelation, dailyReturnsOf } from '../../../src/domain/risk/daily-correlation.ts';
import { type ReviewContext } from '../../../src/domain/risk/review-context.ts';
import { reviewIntent } from '../../../src/domain/risk/review.ts';
import { exposureReductions } from '../../../src/domain/risk/rules/exposure-reduction.ts';
import { affordableQuantity } from '../../../src/domain/strategies/sizing.ts';
import { LIMITS } from '../../fixtures/risk-limits.ts';
import { BTC, contextWith, DAY, entryWith, held, HOUR, NOON, stateWith } from './fixtures.ts';

const review = (context: Partial<ReviewContext>, intent = entryWith()) =>
  reviewIntent(intent, contextWith(context), LIMITS);
const reason = (context: Partial<ReviewContext>, code: string, intent = entryWith()): string | undefined =>
  review(context, intent).reasons.find((found) => found.code === code)?.text;

const trade = (patch: Partial<ClosedTrade> = {}): ClosedTrade => ({
  strategyHash: 's1',
  symbol: 'BTC-USD',
  closedAt: NOON,
  pnl: -100,
  stopped: false,
  ...patch,
});
const several = (count: number, patch: Partial<ClosedTrade> = {}): ClosedTrade[] =>
  Array.from({ length: count }, () => trade(patch));

describe('rate of entries', () => {
  it.each([
    [29, false],
    [30, true],
    [31, true],
  ])('%d entries in the last hour: vetoed %s', (ordersLastHour, vetoed) => {
    expect(reason({ ordersLastHour }, 'max-orders-per-hour')).toBe(
      vetoed ? `${ordersLastHour} entries in the last hour: the limit is 30` : undefined,
    );
  });
});

describe('cooldown after losses', () => {
  it.each([
    [2, NOON + HOUR, false],
    [3, NOON + HOUR, true],
    [3, NOON + 4 * HOUR - 1, true],
    [3, NOON + 4 * HOUR, false],
  ])('%d losing trades at %d: vetoed %s', (losses, now, vetoed) => {
    const context = { strategyTrades: several(losses), now, lastCandleTime: now - HOUR };
    expect(reason(context, 'cooldown', entryWith({ asOf: now })) !== undefined).toBe(vetoed);
  });

  it('a winning trade among the last three ends it', () => {
    const trades = [...several(2), trade({ pnl: 1 }), ...several(2)];
    expect(reason({ strategyTrades: trades }, 'cooldown')).toBeUndefined();
    expect(reason({ strategyTrades: several(4) }, 'cooldown')).toBe(
      'the strategy lost 3 trades in a row: the limit is 4 candles without entries, until 2025-01-08 16:00 UTC',
    );
  });
});

describe('stop-loss guard', () => {
  const stops = (...hours: number[]) => hours.map((hour) => trade({ stopped: true, closedAt: NOON + hour * HOUR }));
  it.each([
    [[0, 1, 2], 3, false],
    [[0, 1, 2, 3], 4, true],
    [[0, 1, 2, 24], 25, true],
    [[0, 1, 2, 25], 26, false],
    [[0, 1, 2, 3], 26, true],
    [[0, 1, 2, 3], 27, false],
  ])('stops at hours %j, asked at hour %d: vetoed %s', (hours, hour, vetoed) => {
    const now = NOON + hour * HOUR;
    const context = { marketTrades: stops(...hours), now, lastCandleTime: now - HOUR };
    expect(reason(context, 'stop-loss-guard', entryWith({ asOf: now })) !== undefined).toBe(vetoed);
  });
});

describe('low-profit lock', () => {
  it.each([
    [-1999, 0, false],
    [-2000, 0, true],
    [-2001, 7 * DAY - 1, true],
    [-2001, 7 * DAY, false],
  ])('a market at %d of 100,000 after %d ms: vetoed %s', (pnl, later, vetoed) => {
    const now = NOON + later;
    const context = { marketTrades: [trade({ pnl })], now, lastCandleTime: now - HOUR };
    expect(reason(context, 'low-profit-lock', entryWith({ asOf: now })) !== undefined).toBe(vetoed);
  });

  it('counts the last 20 trades', () => {
    const old = several(5, { pnl: -5000 });
    expect(reason({ marketTrades: [...old, ...several(20, { pnl: 0 })] }, 'low-profit-lock')).toBeUndefined();
  });
});

/** M8: limits are about what is risked. */
describe('regression M8', () => {
  it('5 % in BTC-USD and 5 % in a BTC perpetual', () => {
    const positions = [held({ symbol: 'BTC-USD', asset: 'BTC', value: 5000, stopRisk: 0 })];
    const perpetual = { ...BTC, symbol: 'BIP-20DEC30-CDE', base: 'BIP', underlying: 'BTC', kind: 'dated' as const };
    const verdict = review({ positions, market: perpetual }, entryWith({ symbol: perpetual.symbol }));
    expect(verdict).toMatchObject({ decision: 'veto', amount: 0 });
    expect(verdict.reasons.map(({ code }) => code)).toContain('asset-exposure');
  });

  it('BTC-EUR counted as dollars', () => {
    expect(reason({ market: { ...BTC, quote: 'EUR' } }, 'foreign-quote')).toBe(
      'BTC-USD is quoted in EUR, the account in USD, and the feed has no rate between them',
    );
  });

  it('10.4 % after a rise, with no reaction', () => {
    const risen = [held({ strategyHash: 's1', symbol: 'BTC-USD', asset: 'BTC', amount: 2, value: 10_400 })];
    const [reduction] = exposureReductions(risen, 100_000, LIMITS);
    expect(reduction).toMatchObject({ symbol: 'BTC-USD', side: 'sell' });
    expect(reduction!.amount).toBeCloseTo(2 * (1 - 5000 / 10_400), 12);
    expect(reduction!.reason).toBe('BTC exposure of 10.40 % of equity is above 1.2 times the limit of 5.00 %');
  });

  it.each([
    [5999, 0],
    [6000, 0],
    [6001, 2],
  ])('an asset worth %d of 100,000 in two positions gives %d reductions', (value, count) => {
    const one = held({ asset: 'BTC', value: value / 2 });
    expect(exposureReductions([one, { ...one, strategyHash: 's2' }], 100_000, LIMITS)).toHaveLength(count);
  });

  it('reduces all positions when the total is beyond its tolerance, shorts too', () => {
    const positions = ['A', 'B', 'C', 'D', 'E', 'F'].map((asset) => held({ asset, value: 5100, amount: -1 }));
    const reductions = exposureReductions(positions, 100_000, LIMITS);
    expect(reductions).toHaveLength(6);
    expect(reductions[0]).toMatchObject({ side: 'buy' });
    expect(reductions[0]!.amount).toBeCloseTo(1 - 25_000 / 30_600, 12);
  });

  it.each([
    [1799, 'approve'],
    [1900, 'reduce'],
    [2000, 'veto'],
  ])('risk to the stops of %d before an entry that risks about 119: %s', (stopRisk, decision) => {
    const verdict = review({ positions: [held({ value: 1, stopRisk })] });
    expect(verdict.decision).toBe(decision);
    if (decision !== 'approve') expect(verdict.reasons.map(({ code }) => code)).toContain('stop-risk');
  });

  it.each([
    ['strategy-exposure', { positions: [held({ strategyHash: 's1', value: 3000 })] }],
    ['group-exposure', { positions: [held({ value: 8000, stopRisk: 0 })], correlated: ['ETH-USD'] }],
  ])('cuts to the %s limit', (code, context) => {
    const verdict = review(context);
    expect(verdict.decision).toBe('reduce');
    expect(verdict.reasons.map((found) => found.code)).toEqual([code]);
    expect(verdict.amount * 50_000).toBeCloseTo(2000, 2);
  });

  it('markets that do not correlate are no group', () => {
    expect(review({ positions: [held({ value: 8000, stopRisk: 0 })] }).decision).toBe('approve');
  });
});

/** M10: nothing useless is bought. */
describe('regression M10', () => {
  it('a sixth position of 12 dollars', () => {
    const positions = ['A', 'B', 'C', 'D', 'E'].map((asset) =>
      held({ asset, symbol: asset, value: 4998, stopRisk: 0 }),
    );
    const verdict = review({ positions: positions.slice(0, 5).map((p) => ({ ...p, value: 24_988 / 5 })) });
    expect(verdict.decision).toBe('veto');
    expect(verdict.reasons.at(-1)).toEqual({
      code: 'useless-entry',
      text: '12.00 USD is 0.30 % of what was asked for: the limit is 25.00 %',
    });
  });

  it.each([
    [0.999, 'veto'],
    [1, 'reduce'],
    [1.001, 'reduce'],
  ])('an entry cut to %d of the smallest share is a %s', (factor, decision) => {
    const asked = (100_000 * 0.04) / 1.012;
    const room = asked * 0.25 * factor;
    expect(review({ positions: [held({ asset: 'BTC', value: 5000 - room, stopRisk: 0 })] }).decision).toBe(decision);
  });

  it.each([
    [0, 'reduce'],
    [3700, 'reduce'],
    [3800, 'veto'],
  ])('a strategy that asks for 75 %% of equity, with %d of its 5,000 taken, is a %s', (value, decision) => {
    const asks = entryWith({ requestedFraction: 0.75 });
    expect(review({ positions: [held({ asset: 'BTC', value, stopRisk: 0 })] }, asks).decision).toBe(decision);
  });

  it.each([
    [4.99, 'veto'],
    [5.01, 'approve'],
  ])('an entry of %d times the minimum notional is a %s', (multiple, decision) => {
    const requestedFraction = (multiple * 1.012) / 100_000;
    const small = { ...BTC, minAmount: 1e-8, takerFeeRate: 0.012 };
    expect(review({ market: small }, entryWith({ requestedFraction })).decision).toBe(decision);
  });
});

/** M9: stale is against now. */
it('regression M9: an intent 30 hours old was "within every limit"', () => {
  const now = NOON + 30 * HOUR;
  expect(reason({ now, lastCandleTime: now - HOUR }, 'stale-data')).toBe(
    'the data is 30.0 candles of 1h old: the limit is 3',
  );
});

describe('closed trades', () => {
  const fill = (id: number, purpose: Fill['purpose'], side: Fill['side'], amount: number, price: number): Fill => ({
    id: `f${id}`,
    account: 'paper',
    clientOrderId: `o${id}`,
    strategyHash: 's1',
    symbol: 'BTC-USD',
    side,
    purpose,
    amount,
    price,
    fee: 1,
    time: NOON + id * HOUR,
  });

  it('run from the first entry until flat, after fees, in parts too', () => {
    const fills = [
      fill(1, 'entry', 'buy', 2, 100),
      fill(2, 'exit', 'sell', 1, 110),
      fill(3, 'stop', 'sell', 1, 90),
      fill(4, 'entry', 'sell', 1, 100),
      fill(5, 'target', 'buy', 1, 80),
      fill(6, 'entry', 'buy', 1, 100),
    ];
    expect(closedTrades(fills)).toEqual([
      { strategyHash: 's1', symbol: 'BTC-USD', closedAt: NOON + 3 * HOUR, pnl: -3, stopped: true },
      { strategyHash: 's1', symbol: 'BTC-USD', closedAt: NOON + 5 * HOUR, pnl: 18, stopped: false },
    ]);
  });

  it('without their entry are not known', () => {
    expect(closedTrades([fill(1, 'stop', 'sell', 1, 90), fill(2, 'entry', 'buy', 1, 90)])).toEqual([]);
  });
});

it('daily returns are paired by date; too few common days say nothing', () => {
  const days = (from: number, count: number, factor: (day: number) => number) => {
    const time = Float64Array.from({ length: count }, (_, i) => (from + i) * DAY + 5 * HOUR);
    const close = Float64Array.from({ length: count }, (_, i) => 100 * factor(from + i));
    return dailyReturnsOf({ time, close, length: count });
  };
  const wave = (day: number): number => 1 + 0.1 * Math.sin(day);
  expect(dailyCorrelation(days(0, 60, wave), days(20, 60, wave))).toBeCloseTo(1, 12);
  expect(
    dailyCorrelation(
      days(0, 60, wave),
      days(0, 60, (day) => 1 / wave(day)),
    ),
  ).toBeLessThan(-0.9);
  expect(dailyCorrelation(days(0, 40, wave), days(20, 60, wave))).toBeNull();
});

/** M18: sizes are the backtest's. */
it('regression M18: an entry that nothing reduces has the amount that the engine buys', () => {
  fc.assert(
    fc.property(
      fc.double({ min: 0.001, max: 0.05, noNaN: true }),
      fc.double({ min: 1000, max: 1e6, noNaN: true }),
      fc.double({ min: 0.01, max: 90_000, noNaN: true }),
      fc.constantFrom(0, 0.001, 0.012),
      fc.constantFrom(1e-8, 0.001, 1),
      (requestedFraction, equity, price, takerFeeRate, stepSize) => {
        const market = { ...BTC, takerFeeRate, stepSize, minAmount: stepSize, minNotional: 0 };
        const intent = entryWith({ requestedFraction, referencePrice: price });
        const context = {
          equity,
          cash: equity,
          price,
          lastPrice: price,
          market,
          state: stateWith({ peakEquity: equity, dayStartEquity: equity, weekStartEquity: equity }),
        };
        const verdict = review(context, intent);
        if (verdict.decision === 'approve')
          expect(verdict.amount).toBe(affordableQuantity(equity * requestedFraction, price, market));
      },
    ),
  );
});
