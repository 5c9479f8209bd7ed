import { describe, expect, it } from 'vitest';
import { createReplaySource } from '../../../src/adapters/market-data/replay-source.ts';
import { type CandleColumns } from '../../../src/domain/market/candle-columns.ts';
import { type CandleStore } from '../../../src/ports/stores.ts';
import { columnsOf } from '../../fixtures/columns-of.ts';
import { market } from '../../fixtures/synthetic-market.ts';

const HOUR = 3_600_000;
const START = Date.UTC(2025, 0, 30);
/** Over the end of a month. */
const CANDLES = Array.from({ length: 100 }, (_, i) => ({
  time: START + i * HOUR,
  open: 100,
  high: 101 + i,
  low: 99,
  close: 100,
  volume: 1,
}));

/** A store of one market that counts its reads. */
function countingStore(): { readonly store: CandleStore; readonly reads: { markets: number; range: number } } {
  const reads = { markets: 0, range: 0 };
  const store = {
    async markets() {
      reads.markets += 1;
      return [{ market: market('X-USD'), timeframe: '1h' }];
    },
    async range(_source: string, _symbol: string, _timeframe: string, from: number, to: number) {
      reads.range += 1;
      return columnsOf(CANDLES.filter(({ time }) => from <= time && time < to));
    },
  } as unknown as CandleStore;
  return { store, reads };
}

const highs = ({ high }: CandleColumns): readonly number[] => [...high];

describe('the replay source', () => {
  it('gives exactly the candles of each range, however the ranges follow each other', async () => {
    const source = createReplaySource(countingStore().store, 'files');
    const ranges = [
      [0, 3],
      [3, 4],
      [4, 60],
      [2, 5],
      [60, 61],
      [61, 61],
      [70, 71],
      [61, 100],
      [99, 200],
    ] as const;
    for (const [from, to] of ranges) {
      const found = await source.candles('X-USD', START + from * HOUR, START + to * HOUR);
      expect(highs(found)).toEqual(CANDLES.slice(from, to).map(({ high }) => high));
    }
  });

  it('reads a month once when it is asked for one candle after the other', async () => {
    const { store, reads } = countingStore();
    const source = createReplaySource(store, 'files');
    for (let i = 0; i < 100; i += 1) await source.candles('X-USD', START + i * HOUR, START + (i + 1) * HOUR);
    expect(reads).toEqual({ markets: 1, range: 2 });
  });

  it('has no candles of a market that it does not know, and asks for it again', async () => {
    const { store, reads } = countingStore();
    const source = createReplaySource(store, 'files');
    await source.candles('Y-USD', START, START + HOUR);
    expect((await source.candles('Y-USD', START, START + HOUR)).length).toBe(0);
    expect(reads).toEqual({ markets: 2, range: 0 });
  });
});
