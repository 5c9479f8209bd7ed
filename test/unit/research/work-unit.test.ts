import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cutIntoUnits, type WorkUnit } from '../../../src/domain/research/work-unit.ts';

const CYCLE = { id: 'c0123456789abcde', timeframe: '1h', asOf: 1_750_000_000_000 } as const;

const items = (count: number): WorkUnit['items'] =>
  Array.from({ length: count }, (_, i) => ({ hash: `h${i}`, window: { from: 0, to: 10 + i } }));

const cut = fc.record({ count: fc.integer({ min: 0, max: 200 }), size: fc.integer({ min: 1, max: 50 }) });

describe('work units', () => {
  it('contain every trial exactly once, in order, within the size limit', () => {
    fc.assert(
      fc.property(cut, ({ count, size }) => {
        const units = cutIntoUnits(CYCLE, 'screen', { symbol: 'BTC-USD' }, '', items(count), size);
        expect(units.flatMap((unit) => unit.items)).toEqual(items(count));
        expect(units.every((unit) => unit.items.length >= 1 && unit.items.length <= size)).toBe(true);
        expect(units).toHaveLength(Math.ceil(count / size));
      }),
    );
  });

  it('are the same when split again: an id always means the same work', () => {
    fc.assert(
      fc.property(cut, ({ count, size }) => {
        const [first, second] = [0, 0].map(() =>
          cutIntoUnits(CYCLE, 'grid', { symbol: 'BTC-USD' }, 'h1', items(count), size),
        );
        expect(second).toEqual(first);
      }),
    );
  });

  it('have distinct ids per cycle, stage, market and label that BullMQ accepts', () => {
    const units = ['c1', 'c2'].flatMap((id) =>
      (['screen', 'grid'] as const).flatMap((stage) =>
        ['BTC-USD', 'ETH-USD'].flatMap((symbol) =>
          ['', 'ha', 'hb'].flatMap((label) => cutIntoUnits({ ...CYCLE, id }, stage, { symbol }, label, items(25), 10)),
        ),
      ),
    );
    expect(new Set(units.map(({ id }) => id)).size).toBe(units.length);
    expect(units).toHaveLength(2 * 2 * 2 * 3 * 3);
    for (const { id } of units) expect(id).toMatch(/^[^:\s]*\D[^:\s]*$/);
  });
});
