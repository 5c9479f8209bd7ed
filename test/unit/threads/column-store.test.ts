import { describe, expect, it } from 'vitest';
import { createColumnMemory, roomFor } from '../../../src/adapters/threads/column-memory.ts';
import { createColumnStore, type ColumnLoan, type ColumnRequest } from '../../../src/adapters/threads/column-store.ts';
import { type StrategySpec } from '../../../src/domain/strategies/spec.ts';

const BARS = 512;
/** Bytes of one column of this many bars. */
const COLUMN = BARS * Float64Array.BYTES_PER_ELEMENT;

/** A spec that reads only moving averages of these periods. */
function reading(...periods: readonly number[]): StrategySpec {
  const rules = periods.map((period) => ({
    left: { indicator: 'sma', params: { period } },
    op: '>',
    right: { value: 1 },
  }));
  return {
    entry: { all: rules },
    stop: { kind: 'percent', value: 0.1 },
    sizing: { kind: 'fraction', value: 0.5 },
  } as unknown as StrategySpec;
}

/** Writes the period of each average into its column, and counts the writes. */
function writer() {
  const requests: ColumnRequest[] = [];
  const compute = async (asked: readonly ColumnRequest[]): Promise<void> => {
    requests.push(...asked);
    for (const { params, memory } of asked) new Float64Array(memory).fill(params['period']!);
  };
  return { requests, compute };
}

/** The value of each column, by period; null when the column is not constant. */
function valuesOf({ columns }: ColumnLoan): ReadonlyMap<string, number | null> {
  return new Map(
    [...columns].map(([key, lines]) => {
      const line = Object.values(lines)[0]!;
      expect(line.length).toBe(BARS);
      return [key, line.every((value) => value === line[0]) ? line[0]! : null];
    }),
  );
}

const expected = (...periods: readonly number[]): ReadonlyMap<string, number> =>
  new Map(periods.map((period) => [`sma,${period}`, period]));

describe('the column store', () => {
  it('computes each column once for any number of loans', async () => {
    const store = createColumnStore(10 * COLUMN);
    const { requests, compute } = writer();
    const first = await store.lend('s', BARS, [reading(5, 6)], 2, compute);
    const second = await store.lend('s', BARS, [reading(6, 7)], 2, compute);
    expect(requests.map(({ params }) => params['period'])).toEqual([5, 6, 7]);
    expect(valuesOf(first)).toEqual(expected(5, 6));
    expect(valuesOf(second)).toEqual(expected(6, 7));
    expect((await store.lend('other', BARS, [reading(6)], 1, compute)).columns.size).toBe(1);
    expect(requests).toHaveLength(4);
  });

  it('never writes into a lent column, however small the memory limit', async () => {
    const store = createColumnStore(2 * COLUMN);
    const { compute } = writer();
    const loans: ColumnLoan[] = [];
    for (let period = 2; period < 20; period += 2) {
      loans.push(await store.lend('s', BARS, [reading(period, period + 1)], 1, compute));
    }
    loans.forEach((loan, i) => expect(valuesOf(loan)).toEqual(expected(2 * i + 2, 2 * i + 3)));
  });

  it('reuses the memory of columns whose loans have ended', async () => {
    const store = createColumnStore(2 * COLUMN);
    const { requests, compute } = writer();
    for (let period = 2; period < 40; period += 2) {
      const loan = await store.lend('s', BARS, [reading(period, period + 1)], 1, compute);
      expect(valuesOf(loan)).toEqual(expected(period, period + 1));
      loan.end();
      loan.end();
    }
    expect(requests).toHaveLength(38);
    expect(new Set(requests.map(({ memory }) => memory)).size).toBe(2);
  });

  it('keeps no unused memory beside columns that fill its limit', async () => {
    const store = createColumnStore(4 * COLUMN);
    const { requests, compute } = writer();
    for (const bars of [BARS, 2 * BARS, BARS]) {
      const key = `s/${requests.length}`;
      (await store.lend(key, bars, [reading(5, 6)], 1, compute)).end();
      (await store.lend(`${key}/more`, bars, [reading(5, 6)], 1, compute)).end();
    }
    const [early, late] = [requests.slice(0, 4), requests.slice(-4)].map((of) => of.map(({ memory }) => memory));
    expect(new Set([...early!, ...late!]).size).toBe(8);
  });

  it('lends a cached column again, also after its first loan has ended', async () => {
    const store = createColumnStore(2 * COLUMN);
    const { requests, compute } = writer();
    (await store.lend('s', BARS, [reading(5, 6)], 1, compute)).end();
    const again = await store.lend('s', BARS, [reading(5, 6)], 1, compute);
    expect(requests).toHaveLength(2);
    const others = await store.lend('s', BARS, [reading(7, 8)], 1, compute);
    expect(valuesOf(again)).toEqual(expected(5, 6));
    again.end();
    others.end();
    (await store.lend('s', BARS, [reading(9, 10)], 1, compute)).end();
    expect(new Set(requests.map(({ memory }) => memory)).size).toBe(4);
  });

  it('computes a column twice for two concurrent requests, and keeps one', async () => {
    const store = createColumnStore(4 * COLUMN);
    const { requests, compute } = writer();
    const loans = await Promise.all([5, 5].map((period) => store.lend('s', BARS, [reading(period)], 1, compute)));
    for (const loan of loans) expect(valuesOf(loan)).toEqual(expected(5));
    for (const loan of loans) loan.end();
    expect(valuesOf(await store.lend('s', BARS, [reading(5)], 1, compute))).toEqual(expected(5));
    expect(requests).toHaveLength(2);
  });

  it('survives concurrent loans that exceed its limit together', async () => {
    const store = createColumnStore(2 * COLUMN);
    const { compute } = writer();
    const loans = await Promise.all(
      [2, 12, 22].map((period) => store.lend('s', BARS, [reading(period, period + 1)], 2, compute)),
    );
    loans.forEach((loan, i) => expect(valuesOf(loan)).toEqual(expected(10 * i + 2, 10 * i + 3)));
    for (const loan of loans) loan.end();
  });

  it('never reuses memory that a failed computation may still write to', async () => {
    const store = createColumnStore(4 * COLUMN);
    const { requests, compute } = writer();
    const lost: SharedArrayBuffer[] = [];
    const failing = async (asked: readonly ColumnRequest[]): Promise<void> => {
      lost.push(...asked.map(({ memory }) => memory));
      throw new Error('the thread is gone');
    };
    await expect(store.lend('s', BARS, [reading(5, 6)], 2, failing)).rejects.toThrow('the thread is gone');
    for (let period = 10; period < 30; period += 1) {
      (await store.lend('s', BARS, [reading(period)], 1, compute)).end();
    }
    expect(lost).toHaveLength(2);
    expect(requests.some(({ memory }) => lost.includes(memory))).toBe(false);
  });

  it('omits columns that do not fit, the least read first', async () => {
    const store = createColumnStore(2 * COLUMN);
    const loan = await store.lend('s', BARS, [reading(5, 6, 7), reading(7, 6)], 1, writer().compute);
    expect(valuesOf(loan)).toEqual(expected(6, 7));
  });
});

describe('column memory', () => {
  it('allocates at most an eighth or a page more than requested, and the same size for a slightly longer series', () => {
    for (const bytes of [8, 4096, 5000, 100_000, 1_658_880, 33_554_432]) {
      const room = roomFor(bytes);
      expect(room).toBeGreaterThanOrEqual(bytes);
      expect(room).toBeLessThan(bytes + Math.max(4096, bytes / 8));
    }
    expect(roomFor(1_658_880 + 8 * 288)).toBe(roomFor(1_658_880));
  });

  it('drops unused memory when less of it is allowed', () => {
    let allowed = 2 * 4096;
    const memory = createColumnMemory(() => allowed);
    const taken = [0, 1].map(() => memory.take(4096));
    taken.forEach((buffer) => memory.give(buffer));
    allowed = 4096;
    memory.trim();
    const again = [0, 1].map(() => memory.take(4096));
    expect(again.filter((buffer) => taken.includes(buffer))).toHaveLength(1);
    allowed = -1;
    memory.trim();
    memory.give(again[0]!);
    expect(memory.take(4096)).not.toBe(again[0]);
  });

  it('keeps at most the allowed spare memory', () => {
    const memory = createColumnMemory(() => 2 * 4096);
    const taken = [0, 1, 2].map(() => memory.take(4096));
    expect(new Set(taken).size).toBe(3);
    taken.forEach((buffer) => memory.give(buffer));
    const again = [0, 1, 2].map(() => memory.take(4096));
    expect(again.filter((buffer) => taken.includes(buffer))).toHaveLength(2);
  });
});
