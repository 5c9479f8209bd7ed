import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Fill } from '../../../src/domain/orders/order.ts';
import { applyFill, foldFills, inOrder } from '../../../src/domain/portfolio/fold.ts';
import { markToMarket } from '../../../src/domain/portfolio/mark-to-market.ts';
import { type Position } from '../../../src/domain/portfolio/position.ts';

let serial = 0;
const fill = (side: 'buy' | 'sell', amount: number, price: number, patch: Partial<Fill> = {}): Fill => ({
  id: `f${(serial += 1)}`,
  account: 'paper',
  clientOrderId: 'bc-1',
  strategyHash: 's1',
  symbol: 'BTC-USD',
  side,
  purpose: side === 'buy' ? 'entry' : 'exit',
  amount,
  price,
  fee: 0,
  time: serial * 1000,
  ...patch,
});
const fold = (...fills: Fill[]): Position => foldFills(fills)[0]!;

describe('positions from fills', () => {
  it('average additions, realise reductions, and charge fees when paid', () => {
    expect(fold(fill('buy', 1, 100, { fee: 1 }), fill('buy', 3, 120, { fee: 2 }))).toMatchObject({
      amount: 4,
      averagePrice: 115,
      realisedPnl: -3,
      fees: 3,
    });
    expect(fold(fill('buy', 4, 115), fill('sell', 1, 125, { fee: 0.5 }))).toMatchObject({
      amount: 3,
      averagePrice: 115,
      realisedPnl: 9.5,
    });
  });

  it('keep the pnl of a flat position and reset its price', () => {
    expect(fold(fill('buy', 2, 10), fill('sell', 2, 11))).toMatchObject({
      amount: 0,
      averagePrice: 0,
      realisedPnl: 2,
      openedAt: null,
    });
  });

  it('close the old side at its average and open the other at the fill price when they cross zero', () => {
    const crossing = fill('sell', 5, 90);
    expect(fold(fill('buy', 2, 100), crossing)).toMatchObject({
      amount: -3,
      averagePrice: 90,
      realisedPnl: -20,
      openedAt: crossing.time,
    });
    expect(fold(fill('sell', 2, 100), fill('buy', 3, 80))).toMatchObject({
      amount: 1,
      averagePrice: 80,
      realisedPnl: 40,
    });
  });

  it('are exact in decimal: ten tenths are one', () => {
    const tenths = Array.from({ length: 10 }, () => fill('buy', 0.1, 0.3));
    expect(fold(...tenths)).toMatchObject({ amount: 1, averagePrice: 0.3 });
    expect(fold(...tenths, fill('sell', 1, 0.3))).toMatchObject({ amount: 0, realisedPnl: 0 });
  });

  it('count a duplicate fill once and do not depend on the order of arrival', () => {
    const fills = [fill('buy', 1, 100), fill('sell', 1, 110), fill('buy', 2, 90)];
    expect(foldFills([...fills, ...fills].reverse())).toEqual(foldFills(fills));
  });

  it('apply an exit before a re-entry of the same time', () => {
    const again = fill('buy', 1, 111, { id: 'a', time: 9_000_000 });
    const exit = fill('sell', 1, 110, { id: 'b', time: 9_000_000 });
    expect(inOrder([again, exit])).toEqual([exit, again]);
    expect(fold(fill('buy', 1, 100), again, exit)).toMatchObject({ amount: 1, averagePrice: 111, realisedPnl: 10 });
  });

  it('keep accounts, strategies and symbols separate', () => {
    const positions = foldFills([
      fill('buy', 1, 100),
      fill('buy', 2, 100, { strategyHash: 's2' }),
      fill('buy', 3, 100, { symbol: 'ETH-USD' }),
      fill('buy', 4, 100, { account: 'live' }),
    ]);
    expect(positions.map(({ amount }) => amount)).toEqual([4, 1, 2, 3]);
    expect(() => applyFill(positions[0]!, fill('buy', 1, 1))).toThrow('does not belong to the position');
  });

  const anyFill = fc.record({
    side: fc.constantFrom('buy' as const, 'sell' as const),
    amount: fc.integer({ min: 1, max: 1e9 }).map((units) => units / 1e8),
    price: fc.integer({ min: 1, max: 1e7 }).map((ticks) => ticks / 100),
    fee: fc.integer({ min: 0, max: 1e4 }).map((cents) => cents / 100),
  });

  it('conserve value: cash change = realised pnl - position cost', () => {
    fc.assert(
      fc.property(
        fc.array(anyFill, { minLength: 1, maxLength: 30 }),
        fc.integer({ min: 1, max: 1e7 }),
        (drawn, mark) => {
          const fills = drawn.map(({ side, ...rest }) =>
            fill(side, rest.amount, rest.price, { fee: rest.fee, purpose: 'entry' }),
          );
          const cash = fills.reduce((sum, f) => sum + (f.side === 'buy' ? -1 : 1) * f.amount * f.price - f.fee, 0);
          const position = fold(...fills);
          const scale = fills.reduce((sum, f) => sum + f.amount * f.price + f.fee, 1);
          expect(Math.abs(cash - (position.realisedPnl - position.amount * position.averagePrice))).toBeLessThan(
            1e-12 * scale,
          );
          const { equity } = markToMarket(cash, [position], { 'BTC-USD': mark });
          const unrealised = position.amount * (mark - position.averagePrice);
          expect(Math.abs(equity - position.realisedPnl - unrealised)).toBeLessThan(
            1e-11 * (scale + Math.abs(position.amount) * mark),
          );
          expect(position.fees).toBeCloseTo(
            fills.reduce((sum, f) => sum + f.fee, 0),
            6,
          );
        },
      ),
    );
  });

  it('are the same when fills are applied one by one or at once', () => {
    fc.assert(
      fc.property(fc.array(anyFill, { minLength: 1, maxLength: 20 }), (drawn) => {
        const fills = drawn.map(({ side, ...rest }) =>
          fill(side, rest.amount, rest.price, { fee: rest.fee, purpose: 'entry' }),
        );
        const stepped = fills.reduce<Position | null>((position, next) => applyFill(position, next), null)!;
        const folded = fold(...fills);
        expect(stepped.openedAt).toBe(folded.openedAt);
        for (const key of ['amount', 'averagePrice', 'realisedPnl', 'fees'] as const) {
          expect(Math.abs(stepped[key] - folded[key])).toBeLessThanOrEqual(1e-9 * (1 + Math.abs(folded[key])));
        }
      }),
    );
  });
});

describe('mark to market', () => {
  it('values longs and shorts at the last close', () => {
    const positions = [
      { symbol: 'BTC-USD', amount: 0.5 },
      { symbol: 'BIP', amount: -2 },
      { symbol: 'GONE', amount: 0 },
    ];
    expect(markToMarket('1000.10', positions, { 'BTC-USD': 100, BIP: 30 })).toEqual({ equity: 990.1, exposure: 110 });
    expect(() => markToMarket(1, positions, { BIP: 30 })).toThrow('no price for BTC-USD, of which 0.5 is held');
  });
});
