import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ORDER_PURPOSES } from '../../../src/domain/orders/order.ts';
import { reviewIntent } from '../../../src/domain/risk/review.ts';
import { exposureOf, type ReviewContext } from '../../../src/domain/risk/review-context.ts';
import { type Intent } from '../../../src/domain/risk/intent.ts';
import { TRADING_STATES } from '../../../src/domain/risk/risk-state.ts';
import { LIMITS } from '../../fixtures/risk-limits.ts';
import { BTC, contextWith, entryWith, exitWith, held, HOUR, NOON, stateWith } from './fixtures.ts';

const review = (intent: Intent, context: Partial<ReviewContext> = {}) =>
  reviewIntent(intent, contextWith(context), LIMITS);
const codes = (intent: Intent, context: Partial<ReviewContext> = {}) =>
  review(intent, context).reasons.map(({ code }) => code);
const { bracket: _noBracket, ...withoutStop } = entryWith();

describe('review of entries', () => {
  it('approves an entry within every limit at the requested size', () => {
    expect(review(entryWith())).toMatchObject({
      intentId: 'bc-entry',
      decision: 'approve',
      // A share of 4,000, the entry fee of 1.2 % included.
      amount: 0.07905138,
      reasons: [{ code: 'within-limits', text: '0.07905138 BTC worth 3952.57 USD is within every limit' }],
    });
  });

  it.each<[string, Intent, Partial<ReviewContext>]>([
    ['trading-halted', entryWith(), { state: stateWith({ tradingState: 'HALTED' }) }],
    ['trading-reducing', entryWith(), { state: stateWith({ tradingState: 'REDUCING' }) }],
    ['unsound-figures', entryWith({ requestedFraction: Number.NaN }), {}],
    ['unsound-figures', entryWith(), { equity: -1 }],
    ['stale-data', entryWith(), { lastCandleTime: NOON - 5 * HOUR }],
    ['stale-data', entryWith({ asOf: NOON - 4 * HOUR }), {}],
    ['missing-stop', withoutStop, {}],
    ['missing-stop', entryWith({ bracket: { stop: { kind: 'percent', value: 0 } } }), {}],
    ['stop-too-far', entryWith({ bracket: { stop: { kind: 'percent', value: 0.16 } } }), {}],
    ['stop-too-far', entryWith({ bracket: { stop: { kind: 'absolute', value: 8000 } } }), {}],
    ['volatility-cap', entryWith({ volatility: 3.1 }), {}],
    ['price-moved', entryWith(), { lastPrice: 50_501 }],
    ['price-moved', entryWith(), { lastPrice: 49_499 }],
    ['short-on-spot', entryWith({ side: 'sell' }), {}],
    ['duplicate-position', entryWith(), { positions: [held({ strategyHash: 's1', symbol: 'BTC-USD', asset: 'BTC' })] }],
    ['duplicate-position', entryWith(), { pendingEntries: [held({ strategyHash: 's1', symbol: 'BTC-USD' })] }],
    ['max-open-positions', entryWith(), { positions: Array.from({ length: 10 }, () => held({ value: 10 })) }],
    ['max-orders-per-day', entryWith(), { ordersToday: 200 }],
    ['daily-drawdown', entryWith(), { state: stateWith({ dayStartEquity: 105_300 }) }],
    ['weekly-drawdown', entryWith(), { state: stateWith({ weekStartEquity: 111_200 }) }],
    ['peak-drawdown', entryWith(), { state: stateWith({ peakEquity: 117_700 }) }],
    ['below-minimum', entryWith({ requestedFraction: 0.000_001 }), {}],
    ['asset-exposure', entryWith(), { positions: [held({ symbol: 'BTC-PERP', asset: 'BTC', value: 5000 })] }],
    ['total-exposure', entryWith(), { positions: [held({ value: -25_500, amount: -9 })] }],
    ['funds', entryWith(), { cash: 0.5 }],
    ['risk-budget', entryWith(), { state: stateWith({ riskBudget: 0 }) }],
  ])('vetoes with %s', (code, intent, context) => {
    const verdict = review(intent, context);
    expect(verdict).toMatchObject({ decision: 'veto', amount: 0 });
    expect(verdict.reasons.map((reason) => reason.code)).toContain(code);
  });

  it('lists all reasons with their values', () => {
    const verdict = review(entryWith({ volatility: 4, bracket: { stop: { kind: 'percent', value: 0.2 } } }), {
      ordersToday: 300,
    });
    expect(verdict.reasons).toEqual([
      { code: 'stop-too-far', text: 'the stop is 20.00 % away: the limit is 15.00 %' },
      { code: 'volatility-cap', text: 'annualised volatility is 400.00 %: nothing is entered above 300.00 %' },
      { code: 'max-orders-per-day', text: '300 orders were placed today: the limit is 200' },
    ]);
  });

  it('reduces by volatility and budget, each with a reason', () => {
    const intent = entryWith({ volatility: 1 });
    const verdict = review(intent, { state: stateWith({ riskBudget: 0.5, stance: 'balanced' }) });
    expect(verdict).toMatchObject({ decision: 'reduce', amount: 0.01976284 });
    expect(verdict.reasons.map(({ code }) => code)).toEqual(['volatility-sizing', 'risk-budget']);
  });

  it('cuts to the limits, pending entries included', () => {
    const btc = held({ symbol: 'BTC-USD', asset: 'BTC', value: 2000 });
    expect(
      review(entryWith(), { positions: [btc], pendingEntries: [{ ...btc, strategyHash: 'third' }] }),
    ).toMatchObject({
      decision: 'reduce',
      amount: 0.02,
      reasons: [{ code: 'asset-exposure' }],
    });
    expect(review(entryWith(), { positions: [held({ value: 24_000 })] })).toMatchObject({
      decision: 'reduce',
      amount: 0.02,
    });
    expect(review(entryWith(), { cash: 1012 })).toMatchObject({
      decision: 'reduce',
      amount: 0.02,
      reasons: [{ code: 'funds' }],
    });
  });

  it('refuses a context of another market or account', () => {
    expect(() => review(entryWith({ symbol: 'ETH-USD' }))).toThrow('was reviewed against paper on BTC-USD');
    expect(() => review(entryWith({ account: 'live' }))).toThrow('intent bc-entry of live');
  });
});

describe('review of closing orders', () => {
  const position = held({ strategyHash: 's1', symbol: 'BTC-USD', asset: 'BTC', amount: 0.5, value: 25_000 });

  it('approves closing in REDUCING, on stale data, in drawdown and beyond the order limit', () => {
    const state = stateWith({ tradingState: 'REDUCING', peakEquity: 200_000 });
    const context = { state, positions: [position], ordersToday: 999, lastCandleTime: 0 };
    expect(review(exitWith(), context)).toMatchObject({ decision: 'approve', amount: 0.5 });
    expect(review(exitWith({ purpose: 'flatten' }), context)).toMatchObject({ decision: 'approve', amount: 0.5 });
  });

  it('vetoes exits when HALTED, but not those of a flatten', () => {
    const context = { state: stateWith({ tradingState: 'HALTED' }), positions: [position] };
    expect(codes(exitWith(), context)).toEqual(['trading-halted']);
    expect(codes(exitWith({ purpose: 'flatten' }), context)).toEqual(['within-limits']);
  });

  it('reduces an order larger than the position and vetoes one that closes nothing', () => {
    expect(review(exitWith({ closeAmount: 2 }), { positions: [position] })).toMatchObject({
      decision: 'reduce',
      amount: 0.5,
    });
    expect(codes(exitWith())).toEqual(['nothing-to-close']);
    expect(codes(exitWith({ side: 'buy' }), { positions: [position] })).toEqual(['nothing-to-close']);
    expect(codes(exitWith({ closeAmount: 0 }), { positions: [position] })).toEqual(['nothing-to-close']);
    expect(codes(exitWith(), { positions: [{ ...position, strategyHash: 'other' }] })).toEqual(['nothing-to-close']);
  });

  it('vetoes an order below the minimum of the venue', () => {
    expect(codes(exitWith({ closeAmount: 0.000_001 }), { positions: [position] })).toEqual(['below-minimum']);
  });

  it('buys back a short', () => {
    const short = { ...position, amount: -0.2, value: -10_000 };
    const market = { ...BTC, kind: 'perpetual' as const };
    expect(review(exitWith({ side: 'buy' }), { market, positions: [short] })).toMatchObject({
      decision: 'reduce',
      amount: 0.2,
    });
  });
});

describe('for any intent', () => {
  const rate = fc.double({ min: 0, max: 2, noNaN: true });
  const commitment = fc.record({
    strategyHash: fc.constantFrom('s1', 's2', 's3'),
    symbol: fc.constantFrom('BTC-USD', 'BTC-PERP', 'ETH-USD'),
    amount: fc.double({ min: -2, max: 2, noNaN: true }),
    value: fc.double({ min: -8000, max: 8000, noNaN: true }),
    stopRisk: fc.double({ min: 0, max: 800, noNaN: true }),
  });
  const commitments = fc
    .array(commitment, { maxLength: 6 })
    .map((list) => list.map((c) => ({ ...c, asset: c.symbol.slice(0, 3) })));
  const question = fc.record({
    purpose: fc.constantFrom(...ORDER_PURPOSES),
    side: fc.constantFrom('buy' as const, 'sell' as const),
    requestedFraction: fc.double({ min: 0, max: 1, noNaN: true }),
    closeAmount: rate,
    volatility: fc.double({ min: 0, max: 4, noNaN: true }),
    tradingState: fc.constantFrom(...TRADING_STATES),
    riskBudget: fc.double({ min: 0, max: 1, noNaN: true }),
    equity: fc.double({ min: 1, max: 200_000, noNaN: true }),
    cash: fc.double({ min: 0, max: 200_000, noNaN: true }),
    price: fc.double({ min: 44_000, max: 56_000, noNaN: true }),
    kind: fc.constantFrom('spot' as const, 'perpetual' as const),
    positions: commitments,
    pendingEntries: commitments,
  });

  it('an approval keeps the exposure limits, needs no more than the free cash, and is at most the requested size', () => {
    fc.assert(
      fc.property(question, (q) => {
        const { tradingState, riskBudget, equity, cash, price, kind, positions, pendingEntries, ...asked } = q;
        const intent = entryWith(asked);
        const state = stateWith({
          tradingState,
          riskBudget,
          peakEquity: equity,
          dayStartEquity: equity,
          weekStartEquity: equity,
        });
        const context = { state, equity, cash, price, positions, pendingEntries, market: { ...BTC, kind } };
        const verdict = review(intent, context);

        expect(verdict.reasons.length).toBeGreaterThan(0);
        expect(verdict.amount > 0).toBe(verdict.decision !== 'veto');
        if (verdict.decision === 'veto') return;
        const notional = verdict.amount * price;
        if (intent.purpose !== 'entry') {
          const amounts = positions
            .filter((p) => p.strategyHash === 's1' && p.symbol === 'BTC-USD')
            .map((p) => p.amount);
          const open = amounts.reduce((sum, amount) => sum + amount, 0);
          expect(verdict.amount).toBeLessThanOrEqual(Math.abs(open) * (1 + 1e-12));
          expect(verdict.amount).toBeLessThanOrEqual(asked.closeAmount * (1 + 1e-12));
          expect(tradingState === 'HALTED' && intent.purpose !== 'flatten').toBe(false);
          return;
        }
        const all = [...positions, ...pendingEntries];
        const slack = 1 + 1e-9;
        expect(tradingState).toBe('ACTIVE');
        expect(notional).toBeLessThanOrEqual(equity * intent.requestedFraction * slack);
        expect(exposureOf(all.filter(({ asset }) => asset === 'BTC')) + notional).toBeLessThanOrEqual(
          equity * 0.05 * slack,
        );
        expect(exposureOf(all) + notional).toBeLessThanOrEqual(equity * 0.25 * slack);
        expect((exposureOf(pendingEntries) + notional) * 1.012).toBeLessThanOrEqual(cash * slack);
        expect(notional).toBeGreaterThanOrEqual(5 * BTC.minNotional);
        const atRisk = all.reduce((sum, { stopRisk }) => sum + stopRisk, 0);
        expect(atRisk + notional * 0.03).toBeLessThanOrEqual(equity * 0.02 * slack);
        const ofStrategy = exposureOf(all.filter(({ strategyHash }) => strategyHash === 's1'));
        expect(ofStrategy + notional).toBeLessThanOrEqual(equity * 0.05 * slack);
      }),
      { numRuns: 2000 },
    );
  });
});
