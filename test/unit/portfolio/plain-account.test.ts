import { describe, expect, it } from 'vitest';
import { netPosition } from '../../../src/domain/portfolio/plain-venue/venue.ts';
import { cancelOrder } from '../../../src/domain/portfolio/paper-venue/requests.ts';
import { openOrdersOf } from '../../../src/domain/portfolio/paper-venue/account.ts';
import { onPlainCandle } from '../../fixtures/plain-account.ts';
import { type Bracket } from '../../../src/domain/orders/order.ts';
import { plainDesk, type PlainDesk, settled } from './plain-fixtures.ts';
import { bar, buy, flat, HOUR, MARKET, PERPETUAL, sell, termsOf } from './venue-fixtures.ts';

const at = (value: number) => ({ kind: 'absolute', value }) as const;

/** Long 1 from 100, stop 98, target 103: filled in bar 0, which is flat. */
function long(bracket: Partial<Bracket> = {}): PlainDesk {
  const desk = plainDesk();
  desk.submit(buy({ bracket: { stop: at(2), target: at(3), ...bracket } }));
  desk.play(flat(0, 100));
  return desk;
}

describe('an entry that was filled', () => {
  it('has its legs in the book, and only the stop at the venue', () => {
    const desk = long({ maxHoldBars: 9 });
    expect(desk.open()).toEqual([
      ['bc-entry-s', 98],
      ['bc-entry-t', 103],
      ['bc-entry-x', undefined],
    ]);
    expect(desk.resting()).toEqual([['stop', 1, 98]]);
    expect(desk.shares()).toEqual([['s1', 1]]);
    expect(netPosition(desk.account().venue, 'BTC-USD')).toBe(1);
  });

  it.each([
    ['stop touched', bar(1, [100, 100.5, 96, 97]), 98],
    ['stop gapped', bar(1, [94, 99.5, 90, 96]), 94],
    ['stop and target touched: only the stop is at the venue', bar(1, [100, 104, 97, 101]), 98],
    ['opened beyond the target, then the stop: a bracket would have had 103', bar(1, [105, 106, 97, 98]), 98],
  ])('is stopped out: %s', (_, hit, price) => {
    const desk = long();
    desk.play(hit);
    expect(desk.fills().at(-1)).toEqual(['bc-entry-s', 1, price]);
    expect(desk.open()).toEqual([]);
    expect(desk.resting()).toEqual([]);
    expect(desk.shares()).toEqual([]);
  });
});

describe('a target', () => {
  it('that a candle reached takes the place of the stop at the next open', () => {
    const desk = long();
    desk.play(bar(1, [100, 103.5, 100, 103.2]));
    expect(desk.resting()).toEqual([['limit', 1, 103]]);
    desk.play(bar(2, [103.4, 104, 103, 103.5]));
    expect(desk.fills().at(-1)).toEqual(['bc-entry-t', 1, 103.4]);
    expect(desk.open()).toEqual([]);
  });

  it('that fills at its limit, or makes place for the stop when the price has left', () => {
    const desk = long();
    desk.play(bar(1, [100, 103, 100, 102]), bar(2, [102, 102.5, 101, 102]));
    expect(desk.resting()).toEqual([['stop', 1, 98]]);
    desk.play(bar(3, [102, 103.1, 101, 102]), bar(4, [102, 103, 101, 102]));
    expect(desk.fills().at(-1)).toEqual(['bc-entry-t', 1, 103]);
  });

  it('that rests instead of the stop when the price falls: the software stop sells at the next open', () => {
    const desk = long();
    desk.play(bar(1, [100, 103, 100, 102]), bar(2, [102, 102.5, 97, 97.5]));
    expect(desk.resting()).toEqual([['market', 1, undefined]]);
    desk.play(flat(3, 97));
    expect(desk.fills().at(-1)).toEqual(['bc-entry-s', 1, 97]);
    expect(desk.open()).toEqual([]);
  });

  it('for a part is sold beside a stop for the rest', () => {
    const desk = plainDesk();
    const targets = [
      { offset: at(3), share: 0.5 },
      { offset: at(6), share: 0.5 },
    ];
    desk.submit(buy({ bracket: { stop: at(2), targets } }));
    desk.play(flat(0, 100), bar(1, [101, 104, 101, 103.5]));
    expect([...desk.resting()].sort()).toEqual([
      ['limit', 0.5, 103],
      ['stop', 0.5, 98],
    ]);
    desk.play(flat(2, 104));
    expect(desk.fills().at(-1)).toEqual(['bc-entry-t1', 0.5, 104]);
    expect(desk.open()).toEqual([
      ['bc-entry-s', 98],
      ['bc-entry-t2', 106],
    ]);
  });
});

describe('a stop', () => {
  it('that trails is replaced at a better level, and never moves back', () => {
    const desk = long({ trailing: at(2), target: at(50) });
    desk.play(bar(1, [100, 105, 100, 104]));
    expect(desk.resting()).toEqual([['stop', 1, 103]]);
    desk.play(bar(2, [104, 104.5, 103.5, 104]));
    expect(desk.resting()).toEqual([['stop', 1, 103]]);
    desk.play(bar(3, [104, 104, 102, 102]));
    expect(desk.fills().at(-1)).toEqual(['bc-entry-s', 1, 103]);
    expect(desk.account().fills.at(-1)?.cause).toBe('trailing-stop');
  });

  it('that the venue has lost acts on the next candle that crosses it', () => {
    const desk = long();
    desk.disturb((account) => {
      const [lost] = openOrdersOf(account.venue);
      return { ...account, venue: cancelOrder(account.venue, lost!.clientOrderId, HOUR).account };
    });
    desk.play(bar(1, [100, 100, 97, 99]), flat(2, 99));
    expect(desk.fills().at(-1)).toEqual(['bc-entry-s', 1, 99]);
  });

  it('is sold at the market when the bar of the entry has crossed it already', () => {
    const desk = plainDesk();
    desk.submit(buy());
    desk.play(bar(0, [100, 101, 97, 99]), flat(1, 99.5));
    expect(desk.fills().at(-1)).toEqual(['bc-entry-s', 1, 99.5]);
  });

  it('is for what a reduction leaves', () => {
    const desk = long();
    desk.submit(sell({ purpose: 'reduce', amount: 0.4 }), HOUR);
    expect([...desk.resting()].sort()).toEqual([
      ['market', 0.4, undefined],
      ['stop', 0.6, 98],
    ]);
    desk.play(flat(1, 101));
    expect(desk.fills().at(-1)).toEqual(['bc-exit', 0.4, 101]);
    expect(desk.resting()).toEqual([['stop', 0.6, 98]]);
  });
});

describe('a closing order', () => {
  it('takes the base from the stop, and ends all legs when it fills', () => {
    const desk = long();
    desk.submit(sell({ purpose: 'flatten' }), HOUR);
    expect(desk.resting()).toEqual([['market', 1, undefined]]);
    desk.play(flat(1, 101));
    expect(desk.fills().at(-1)).toEqual(['bc-exit', 1, 101]);
    expect(desk.open()).toEqual([]);
  });

  it('that is taken back gives the base to the stop again', () => {
    const desk = long();
    desk.submit(sell({ purpose: 'flatten' }), HOUR);
    desk.cancel('bc-exit', HOUR);
    expect(desk.account().orders['bc-exit']?.state).toBe('cancelled');
    expect(desk.resting()).toEqual([['stop', 1, 98]]);
  });

  it('at the end of a holding time waits while trading is HALTED, and the stop rests meanwhile', () => {
    const desk = long({ maxHoldBars: 2 });
    desk.play(flat(1, 100));
    expect(desk.resting()).toEqual([['market', 1, undefined]]);
    desk.play({ ...flat(2, 100), timeExitsWait: true });
    expect(desk.resting()).toEqual([['stop', 1, 98]]);
    desk.play(flat(3, 101));
    expect(desk.fills().at(-1)).toEqual(['bc-entry-x', 1, 101]);
    expect(desk.account().fills.at(-1)?.cause).toBe('max-hold');
  });
});

describe('several strategies on one market', () => {
  it('have shares whose sum is the position of the venue, each with its own stop', () => {
    const desk = plainDesk();
    desk.submit(buy());
    desk.submit(buy({ clientOrderId: 'bc-two', strategyHash: 's2', amount: 2, bracket: { stop: at(5) } }));
    desk.play(flat(0, 100));
    expect(desk.shares()).toEqual([
      ['s1', 1],
      ['s2', 2],
    ]);
    expect(netPosition(desk.account().venue, 'BTC-USD')).toBe(3);
    desk.play(bar(1, [100, 100, 97, 97]));
    expect(desk.shares()).toEqual([['s2', 2]]);
    expect(netPosition(desk.account().venue, 'BTC-USD')).toBe(2);
    expect(desk.resting()).toEqual([['stop', 2, 95]]);
  });

  it('that are long and short net at the venue, and the stop of one opens what the other holds', () => {
    const desk = plainDesk(termsOf({ market: PERPETUAL }));
    const on = { symbol: PERPETUAL.symbol };
    desk.submit(buy(on));
    desk.play(flat(0, 100));
    const short = {
      ...on,
      clientOrderId: 'bc-short',
      strategyHash: 's2',
      side: 'sell',
      bracket: { stop: at(4) },
    } as const;
    desk.submit(buy(short), HOUR);
    desk.play(flat(1, 100));
    expect(desk.shares()).toEqual([
      ['s1', 1],
      ['s2', -1],
    ]);
    expect(netPosition(desk.account().venue, PERPETUAL.symbol)).toBe(0);
    desk.play(bar(2, [100, 100, 97, 97]));
    expect(desk.shares()).toEqual([['s2', -1]]);
    expect(netPosition(desk.account().venue, PERPETUAL.symbol)).toBe(-1);
  });
});

describe('an insolvent account', () => {
  it('has every share closed at the price of its ruin, longs and shorts', () => {
    const desk = plainDesk(termsOf({ market: PERPETUAL }), 400);
    const on = { symbol: PERPETUAL.symbol, bracket: { stop: at(99) } };
    desk.submit(buy(on));
    desk.play(flat(0, 100));
    const short = { clientOrderId: 'bc-short', strategyHash: 's2', side: 'sell', amount: 3 } as const;
    desk.submit(buy({ ...on, ...short, bracket: { stop: at(900) } }), HOUR);
    desk.play(flat(1, 100));
    expect(netPosition(desk.account().venue, PERPETUAL.symbol)).toBe(-2);
    desk.play(flat(2, 400));
    expect(desk.shares()).toEqual([]);
    expect(netPosition(desk.account().venue, PERPETUAL.symbol)).toBe(0);
    expect(desk.open()).toEqual([]);
    // 400 less fees of 4.8 and 200 for two units: what is left pays for 297.6 each.
    expect(desk.fills().slice(2)).toEqual([
      ['bc-entry-s', 1, 297.6],
      ['bc-short-s', 3, 297.6],
    ]);
    expect(desk.account()).toMatchObject({ cash: '0', writtenOff: '0' });
  });
});

describe('repetition', () => {
  it('of an order or a candle changes nothing', () => {
    const desk = long();
    const before = desk.account();
    desk.submit(buy());
    expect(desk.account()).toBe(before);
    expect(onPlainCandle(before, flat(0, 50), termsOf())).toBe(before);
    desk.cancel('never');
    expect(desk.account()).toBe(before);
  });

  it('of what was decided before a crash carries it out once', () => {
    const desk = long();
    desk.play(flat(1, 100));
    // The process ends between the cancel of the stop and the target's sell.
    const reached = bar(2, [100, 103.5, 100, 103.2]);
    const decided = onPlainCandle(desk.account(), reached, termsOf());
    const after = settled(JSON.parse(JSON.stringify(decided)) as typeof decided, MARKET);
    expect(settled(after, MARKET)).toBe(after);
    expect(openOrdersOf(after.venue).map(({ type }) => type)).toEqual(['limit']);
  });
});
