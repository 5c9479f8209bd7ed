import { candleColumnsFile } from '../../fixtures/candle-columns-file.ts';
import { emptyColumns, type CandleColumns } from '../../../src/domain/market/candle-columns.ts';
import { describe, expect, it } from 'vitest';
import { loadConfig } from '../../../config/load.ts';
import { type CandleColumnsFile } from '../../../src/ports/candle-files.ts';
import { type Market } from '../../../src/domain/market/market.ts';
import { type Timeframe } from '../../../src/domain/market/timeframe.ts';
import { type Stores } from '../../../src/ports/stores.ts';
import { importCandleFiles } from '../../../src/adapters/candle-files/import-candles.ts';

const config = loadConfig({ directory: 'config', environment: {} });
const HOUR = 3_600_000;

function file(symbol: string, bars: readonly number[], timeframe: Timeframe = '1h'): CandleColumnsFile {
  const candles = bars.map((bar) => ({ time: bar * HOUR, open: 1, high: 2, low: 1, close: 2, volume: 3 }));
  return candleColumnsFile(symbol, timeframe, candles);
}

/** A candle store of one source that counts writes. */
function memoryStore() {
  const markets: { market: Market; timeframe: Timeframe }[] = [];
  const candles = new Map<string, CandleColumns>();
  const puts: string[] = [];
  const store: Pick<Stores, 'candles'> = {
    candles: {
      saveMarket: async (_source, market, timeframe) => void markets.push({ market, timeframe }),
      markets: async () => markets,
      async put(_source, symbol, _timeframe, added) {
        puts.push(symbol);
        candles.set(symbol, added);
      },
      async replace(_source, symbol, _timeframe, all) {
        puts.push(symbol);
        candles.set(symbol, all);
      },
      range: async (_source, symbol) => candles.get(symbol) ?? emptyColumns(0),
      async bounds(_source, symbol) {
        const stored = candles.get(symbol);
        return stored ? { first: stored.time[0]!, last: stored.time[stored.length - 1]!, count: stored.length } : null;
      },
    },
  };
  return { store, markets, puts };
}

describe('importing candle files', () => {
  it('stores candles and market, and reports bars, gaps and coverage', async () => {
    const { store, markets } = memoryStore();
    expect(await importCandleFiles(store, config, [file('BTC-USD', [0, 1, 2, 5])], 's')).toMatchObject([
      {
        symbol: 'BTC-USD',
        timeframe: '1h',
        bars: 4,
        from: 0,
        to: 5 * HOUR,
        missing: 2,
        untraded: 0,
        coverage: 4 / 6,
        gaps: [{ from: 3 * HOUR, to: 4 * HOUR, bars: 2 }],
        stored: true,
        notes: [],
      },
    ]);
    expect(markets).toMatchObject([{ timeframe: '1h', market: { symbol: 'BTC-USD' } }]);
  });

  it('fixes the limits of an undescribed market when it is first imported, and reports a finer tick', async () => {
    const { store, markets } = memoryStore();
    const first = file('DOGE-USD', [0, 1, 2]);
    const later = { ...file('DOGE-USD', [3, 4, 5]), fractionDigits: 6 };
    await importCandleFiles(store, config, [first], 's');
    expect(markets.at(-1)!.market.tickSize).toBe(0.0001);
    const [report] = await importCandleFiles(store, config, [later], 's');
    expect(markets.at(-1)!.market.tickSize).toBe(0.0001);
    expect(report!.notes).toEqual([
      'these prices of DOGE-USD would have a tick of 0.000001; it stays 0.0001, as when it was first read',
    ]);
  });

  it('stores candles again, because they may have been corrected, unless the source is content-addressed', async () => {
    const { store, puts } = memoryStore();
    const files = [file('BTC-USD', [0, 1])];
    await importCandleFiles(store, config, files, 's');
    await importCandleFiles(store, config, files, 's');
    expect(puts).toHaveLength(2);
    const [report] = await importCandleFiles(store, config, files, 's', { isContentAddressed: true });
    expect([puts.length, report?.stored]).toEqual([2, false]);
    await importCandleFiles(store, config, [file('BTC-USD', [0, 1, 2])], 's', { isContentAddressed: true });
    expect(puts).toHaveLength(3);
  });

  it('says what became of the candles that were there', async () => {
    const { store } = memoryStore();
    const changes = [];
    const corrected = file('BTC-USD', [0, 1, 2]);
    corrected.columns.close[1] = 1;
    const files = [file('BTC-USD', [0, 1]), file('BTC-USD', [0, 1]), file('BTC-USD', [0, 1, 2]), corrected];
    for (const one of files) changes.push((await importCandleFiles(store, config, [one], 's'))[0]!);
    expect(changes.map(({ change }) => change)).toEqual([
      { kind: 'new' },
      { kind: 'same' },
      { kind: 'grown', bars: 1 },
      { kind: 'corrected', month: 0 },
    ]);
    expect(new Set(changes.map(({ dataset }) => dataset)).size).toBe(3);
    expect(new Set(changes.map(({ seriesId }) => seriesId))).toEqual(new Set(['s/BTC-USD/1h']));
  });

  it('stores nothing when one of the files is inconsistent', async () => {
    const { store, markets, puts } = memoryStore();
    const good = file('BTC-USD', [0, 1]);
    const broken = { ...file('ETH-USD', [0, 1]), columns: file('ETH-USD', [1, 0]).columns };
    await expect(importCandleFiles(store, config, [good, broken], 's')).rejects.toThrow(/^ETH-USD\.csv: /);
    const other = file('BTC-USD', [0, 2], '2h');
    await expect(importCandleFiles(store, config, [good, other], 's')).rejects.toThrow(
      "BTC-USD.csv: BTC-USD has candles of 1h in 's', not 2h",
    );
    expect([markets, puts]).toEqual([[], []]);
    await importCandleFiles(store, config, [good], 's');
    await expect(importCandleFiles(store, config, [other], 's')).rejects.toThrow(/has candles of 1h/);
  });
});
