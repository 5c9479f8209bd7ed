import { describe, expect, it } from 'vitest';
import { attemptOrderId } from '../../../src/domain/orders/client-order-id.ts';
import { movePast } from '../../../src/domain/portfolio/paper-venue/past.ts';
import { type VenueFill } from '../../../src/domain/portfolio/paper-venue/account.ts';
import { type Book, openBook, sealBook } from '../../../src/domain/portfolio/protection/book.ts';
import { plan } from '../../../src/domain/portfolio/protection/plan.ts';
import { takeFill } from '../../../src/domain/portfolio/protection/take-fill.ts';
import { plainDesk } from './plain-fixtures.ts';
import { bar, buy, flat, HOUR, MARKET, sell } from './venue-fixtures.ts';

const at = (value: number) => ({ kind: 'absolute', value }) as const;

/** A fill as the venue reports it late. */
const reported = (clientOrderId: string, patch: Partial<VenueFill> = {}): VenueFill => ({
  id: 'v.1',
  account: 'paper',
  clientOrderId,
  strategyHash: 'account',
  symbol: 'BTC-USD',
  side: 'sell',
  purpose: 'exit',
  amount: 1,
  price: 99,
  fee: 1,
  time: HOUR,
  cause: 'signal',
  ambiguous: false,
  ...patch,
});

function taken(book: Book, fill: VenueFill): Book {
  const draft = openBook(book);
  takeFill(draft, fill, MARKET);
  plan(draft, 'BTC-USD', fill.time);
  return sealBook(draft);
}

describe('a fill that is reported late', () => {
  it('of a stop that has moved 40 times since closes the position', () => {
    const desk = plainDesk();
    desk.submit(buy({ bracket: { stop: at(2), trailing: at(2) } }));
    desk.play(flat(0, 100));
    for (let n = 1; n <= 40; n += 1) desk.play(bar(n, [100 + n, 100.5 + n, 100 + n, 100.5 + n]));
    const first = attemptOrderId('bc-entry-s', 1);
    expect(desk.account().sent.length).toBeLessThan(10);
    const after = taken(desk.account(), reported(first));
    expect(after.orders['bc-entry-s']).toMatchObject({ state: 'filled', filledAmount: 1 });
    expect(after.positions).toEqual({});
    expect(after.foreign).toBeUndefined();
    expect(after.fills.at(-1)).toMatchObject({ clientOrderId: 'bc-entry-s', strategyHash: 's1', purpose: 'stop' });
    const second = taken(desk.account(), reported(attemptOrderId('bc-entry-s', 2)));
    expect(second.positions).toEqual({});
  });

  it('of an order that is over is counted to it, and what was closed twice is traded back', () => {
    const desk = plainDesk();
    desk.submit(buy({ bracket: { stop: at(2), trailing: at(2) } }));
    desk.play(flat(0, 100));
    for (let n = 1; n <= 35; n += 1) desk.play(bar(n, [100 + n, 100.5 + n, 100 + n, 100.5 + n]));
    desk.submit(sell(), 36 * HOUR);
    desk.play(flat(36, 135));
    expect(desk.shares()).toEqual([]);
    const after = taken(desk.account(), reported(attemptOrderId('bc-entry-s', 3)));
    expect(after.closedTwice).toBe(1);
    expect(Object.values(after.positions)).toMatchObject([{ strategyHash: 's1', amount: -1 }]);
    expect(after.sent.at(-1)).toMatchObject({ orderId: 'bc-entry-b', side: 'buy', amount: 1, status: 'sending' });
  });

  it('of an order that has left the account is a foreign one: counted, in the cash, and in nobody`s share', () => {
    const desk = plainDesk();
    for (let n = 0; n < 50; n += 1) {
      desk.submit(buy({ clientOrderId: `bc-${n}`, type: 'limit', price: 90 }), n * HOUR);
      desk.cancel(`bc-${n}`, n * HOUR);
      desk.disturb((account) => movePast(account, account).account);
    }
    const book = desk.account();
    expect(book.orders['bc-0']).toBeUndefined();
    const fill = reported('bc-0', { side: 'buy', price: 90, fee: 1 });
    const after = taken(book, fill);
    const last = { clientOrderId: 'bc-0', symbol: 'BTC-USD', side: 'buy', amount: 1, price: 90, time: HOUR };
    expect(after.foreign).toEqual({ count: 1, last });
    expect(Number(after.cash)).toBe(Number(book.cash) - 91);
    expect(after.positions).toEqual({});
    expect(after.fills).toEqual(book.fills);
    const again = taken(after, reported('never-sent', { amount: 2 }));
    expect(again.foreign).toMatchObject({ count: 2, last: { clientOrderId: 'never-sent', side: 'sell', amount: 2 } });
  });

  it('of an order that the venue had rejected is foreign too', () => {
    const desk = plainDesk();
    desk.submit(buy({ amount: 1e9, type: 'limit', price: 90 }));
    expect(desk.account().orders['bc-entry']?.state).toBe('rejected');
    expect(taken(desk.account(), reported('bc-entry', { side: 'buy' })).foreign?.count).toBe(1);
  });
});
