import { describe, expect, it } from 'vitest';
import { columnsOf } from '../../../src/domain/market/candle-columns.ts';
import { type WorkerData } from '../../../src/ports/worker-data.ts';
import { createUnitEngine, type ExecuteUnit } from '../../../src/worker/unit-engine.ts';

const candles = columnsOf(
  Array.from({ length: 5000 }, (_, i) => ({ time: i * 60_000, open: 1, high: 2, low: 1, close: 1 + i, volume: i })),
);
const data: WorkerData = {
  find: async (name) =>
    name === 'here.csv' ? { columns: candles, key: 'here' } : { columns: null, reason: `no ${String(name)}` },
};
const execute: ExecuteUnit = async (_, { length, close }, seed) => ({ length, first: close[0], seed });
const { signal } = new AbortController();

describe('units of the existing workers', () => {
  it('see the last max_candles rows, or all of them', async () => {
    const engine = createUnitEngine({ data, execute });
    const over = (max_candles?: number) =>
      engine.execute({ data_file: 'here.csv', ...(max_candles !== undefined && { max_candles }) }, 7, signal);
    expect(await over(1500)).toEqual({ is: 'done', report: { length: 1500, first: 3501, seed: 7 } });
    for (const all of [0, undefined, 5000, 9000]) {
      expect(await over(all)).toEqual({ is: 'done', report: { length: 5000, first: 1, seed: 7 } });
    }
  });

  it.each([
    [{ data_file: 'elsewhere.csv' }, 'no elsewhere.csv'],
    [{}, 'no BTC-USD_ONE_MINUTE.csv'],
    [{ data_file: 'here.csv', max_candles: 999 }, '999 candles are fewer than 1000'],
    [{ data_file: 'here.csv', generations: 0 }, 'generations 0 is not a whole number from 1'],
    [{ data_file: 'here.csv', population_size: 'many' }, 'population_size "many" is not a whole number from 1'],
    [{ data_file: 'here.csv', max_candles: -1 }, 'max_candles -1 is not a whole number from 0'],
  ])('%j is impossible, and known to be before it is tried', async (params, reason) => {
    const engine = createUnitEngine({ data, execute });
    expect(await engine.obstacle(params)).toBe(reason);
    expect(await engine.execute(params, 1, signal)).toEqual({ is: 'impossible', reason });
  });

  it('are all impossible where the engine is not there', async () => {
    const engine = createUnitEngine({ data, execute: null });
    const reason = 'the engine of the existing workers is not part of this build';
    expect(await engine.obstacle({ data_file: 'here.csv' })).toBe(reason);
    expect(await engine.execute({ data_file: 'here.csv' }, 1, signal)).toEqual({ is: 'impossible', reason });
  });
});
