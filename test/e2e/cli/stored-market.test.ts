import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { workspace } from './corp-process.ts';

const HOUR = 3_600_000;
const START = Date.UTC(2025, 0, 1);
const BARS = 24 * 40;

/** Hourly candles of a wave around `price`. */
function csv(price: number): string {
  const rows = Array.from({ length: BARS }, (_, i) => {
    const at = (bar: number): number => price * (1 + 0.05 * Math.sin(bar / 7));
    const [open, close] = [at(i), at(i + 1)];
    const row = [open, Math.max(open, close) * 1.01, Math.min(open, close) * 0.99, close].map((p) => p.toFixed(4));
    return [new Date(START + i * HOUR).toISOString(), ...row, '5'].join(',');
  });
  return ['timestamp,open,high,low,close,volume', ...rows].join('\n');
}

/** Buys each time the wave of CALM-USD rises through its middle. */
const RISING = {
  family: 'momentum',
  side: 'long',
  entry: { left: { field: 'close' }, op: 'crosses-above', right: { value: 0.05 } },
  stop: { kind: 'percent', value: 0.1 },
  maxHoldBars: 5,
  sizing: { kind: 'fraction', fraction: 0.5 },
};

interface Backtest {
  readonly market: string;
  readonly series: {
    readonly dataset: string;
    readonly seriesId: string;
    readonly bars: number;
    readonly from: number;
  };
  readonly trades: readonly unknown[];
  readonly resultHash: string;
  readonly equity: readonly (readonly [number, number])[];
}

it('imported candles are backtested by the name of their market, as their file is', async () => {
  const place = workspace();
  const files = [
    ['WAVE-USD', 100],
    ['CALM-USD', 0.05],
  ] as const;
  for (const [symbol, price] of files) writeFileSync(join(place.directory, `${symbol}_1h.csv`), csv(price));
  const imported = await place.corp('data', 'import', 'WAVE-USD_1h.csv', 'CALM-USD_1h.csv');
  expect(imported.exitCode, imported.stderr).toBe(0);
  writeFileSync(join(place.directory, 'spec.json'), JSON.stringify(RISING));
  const backtest = (...flags: string[]): Promise<Backtest> =>
    place.json<Backtest>('backtest', '--spec', 'spec.json', '--cash', '5000', ...flags);

  const stored = await backtest('--market', 'CALM-USD');
  expect(stored).toMatchObject({ market: 'stored', series: { seriesId: 'imported/CALM-USD/1h', bars: BARS } });
  expect(stored.trades.length).toBeGreaterThan(2);
  expect(stored.equity[0]![1]).toBe(5000);
  const file = await backtest('--data', join(place.directory, 'CALM-USD_1h.csv'));
  expect([stored.resultHash, stored.series.dataset]).toEqual([file.resultHash, file.series.dataset]);

  const { series } = await backtest('--market', 'WAVE-USD', '--from', '2025-01-11', '--to', '2025-01-31T12:00');
  expect([series.from, series.bars]).toEqual([START + 240 * HOUR, 20 * 24 + 12]);

  const { exitCode, stderr } = await place.corp('cycle', '--symbols', 'WAVE-USD,NONE-USD');
  expect(exitCode).toBe(2);
  expect(stderr).toMatch(/^corp: there are no candles of NONE-USD in 'imported'\. Stored are CALM-USD, WAVE-USD\n$/);
});
