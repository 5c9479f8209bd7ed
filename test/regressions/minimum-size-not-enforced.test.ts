import { describe, expect, it } from 'vitest';
import { openAccount } from '../../src/domain/portfolio/paper-venue/account.ts';
import { onCandle } from '../../src/domain/portfolio/paper-venue/on-candle.ts';
import { submitOrder } from '../../src/domain/portfolio/paper-venue/requests.ts';
import { reviewIntent } from '../../src/domain/risk/review.ts';
import { IMPLEMENTATIONS } from '../fixtures/engine/implementations.ts';
import { free, onSignal, SIGNAL } from '../unit/backtest/spec-fixture.ts';
import { seriesOf } from '../unit/market/series-fixture.ts';
import { buy, flat, HOUR, MARKET, termsOf } from '../unit/portfolio/venue-fixtures.ts';
import { LIMITS } from '../fixtures/risk-limits.ts';
import { BTC, contextWith, entryWith } from '../unit/risk/fixtures.ts';

// Bug: minimum sizes defined but not enforced.

describe('an order below the minimum of its market', () => {
  const series = seriesOf([
    [100, 101, 100, SIGNAL],
    [100, 101, 99, 100],
    [100, 101, 99, 100],
  ]);

  const minima = [{ minAmount: 51 }, { minNotional: 5001 }];
  const inBoth = IMPLEMENTATIONS.flatMap(({ name, simulate }) =>
    minima.map((minimum) => ({ name, simulate, minimum })),
  );
  it.each(inBoth)('gives no trade in the backtest of the $name: $minimum', ({ simulate, minimum }) => {
    const model = { ...free, market: { ...free.market, ...minimum } };
    const { trades, rejectedSignals } = simulate(series, onSignal, model);
    expect(trades).toEqual([]);
    expect(rejectedSignals['below-minimum']).toBe(1);
    expect(simulate(series, onSignal, free).trades).toHaveLength(1);
  });

  it.each([{ minAmount: 1 }, { minNotional: 4001 }])('is vetoed by the risk manager, never enlarged: %j', (minimum) => {
    const verdict = reviewIntent(entryWith(), contextWith({ market: { ...BTC, ...minimum } }), LIMITS);
    expect(verdict).toMatchObject({ decision: 'veto', amount: 0 });
    expect(verdict.reasons.map(({ code }) => code)).toContain('below-minimum');
  });

  it('is never filled: 0.0099 BTC with a minimum of 0.01, and 4 USD with a minimum of 5', () => {
    const { account } = onCandle(openAccount('paper', 1000, 'USD'), flat(0, 100), termsOf());
    const outcome = (amount: number) => {
      const submitted = submitOrder(account, buy({ amount }), MARKET, HOUR);
      const after = onCandle(submitted.account, flat(1, 100), termsOf());
      return [after.account.orders['bc-entry']?.state, after.account.fills.length];
    };
    expect(outcome(0.0099)).toEqual(['rejected', 0]);
    // Its notional is known only at the fill.
    expect(outcome(0.04)).toEqual(['rejected', 0]);
    expect(outcome(0.06)).toEqual(['filled', 1]);
  });
});
