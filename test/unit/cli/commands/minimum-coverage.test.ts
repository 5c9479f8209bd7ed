import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type StrategySpec } from '../../../../src/domain/strategies/spec.ts';
import { corp } from '../recorded-io.ts';

const spec: StrategySpec = {
  family: 'momentum',
  side: 'long',
  entry: { left: { field: 'close' }, op: 'crosses-above', right: { indicator: 'sma', params: { period: 3 } } },
  stop: { kind: 'percent', value: 0.02 },
  sizing: { kind: 'fraction', fraction: 0.5 },
};

/** Half of the hours have no trades, by threes and twos. */
const isTraded = (hour: number): boolean => [0, 1, 5, 6, 8].includes(hour % 10);

/** Hours without trades are written as rows with volume 0, or left out. */
function thin(isWritten: boolean): string {
  const rows = Array.from({ length: 79 }, (_, i) => {
    let traded = i;
    while (!isTraded(traded)) traded -= 1;
    const close = 100 + 5 * Math.sin(traded / 5);
    const price = close.toFixed(2);
    const time = new Date(Date.UTC(2026, 0, 1) + i * 3_600_000).toISOString();
    return isTraded(i)
      ? `${time},${price},${(close + 1).toFixed(2)},${(close - 1).toFixed(2)},${price},10`
      : `${time},${price},${price},${price},${price},0`;
  });
  return ['timestamp,open,high,low,close,volume', ...rows.filter((_, i) => isWritten || isTraded(i)), ''].join('\n');
}

let directory: string;
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'corp-coverage-'));
  writeFileSync(join(directory, 'spec.json'), JSON.stringify(spec));
  writeFileSync(join(directory, 'genomes.json'), JSON.stringify([spec]));
  writeFileSync(join(directory, 'WRITTEN-USD.csv'), thin(true));
  writeFileSync(join(directory, 'OMITTED-USD.csv'), thin(false));
});
afterAll(() => rmSync(directory, { recursive: true }));

const at = (name: string): string => join(directory, name);
const play = (data: string, ...flags: string[]) =>
  corp(['backtest', '--spec', at('spec.json'), '--data', at(data), '--timeframe', '1h', ...flags]);

it('thin candles are refused with the figure and the flag that plays them, and played with it', async () => {
  const refused = await play('WRITTEN-USD.csv');
  expect(refused).toMatchObject({ exitCode: 2, stdout: '' });
  expect(refused.stderr).toMatch(
    /coverage 50\.63 % is below 60\.00 %: 39 of 79 bars are missing \(39 of them with volume 0\)/,
  );
  expect(refused.stderr).toContain('--minimum-coverage 0.50');
  expect((await play('WRITTEN-USD.csv', '--minimum-coverage', '0.50')).exitCode).toBe(0);
  expect((await play('WRITTEN-USD.csv', '--minimum-coverage', '0.51')).exitCode).toBe(2);
  const search = ['search', '--genomes', at('genomes.json'), '--data', at('WRITTEN-USD.csv'), '--json'];
  expect((await corp(search)).stderr).toContain('--minimum-coverage 0.50');
  expect((await corp([...search, '--minimum-coverage', '0.5'])).exitCode).toBe(0);
});

it('rows with volume 0 play like rows that are not there', async () => {
  const documents = await Promise.all(
    ['WRITTEN-USD.csv', 'OMITTED-USD.csv'].map(async (file) => {
      const { stdout } = await play(file, '--minimum-coverage', '0', '--json');
      return JSON.parse(stdout) as { resultHash: string; trades: unknown[]; series: Record<string, unknown> };
    }),
  );
  const [written, omitted] = documents;
  expect(written!.trades.length).toBeGreaterThan(1);
  expect(written!.trades).toEqual(omitted!.trades);
  expect(written!.series).toMatchObject({ untraded: 39, coverage: 40 / 79 });
  expect(omitted!.series).toMatchObject({ untraded: 0 });
});

it.each(['2', '-0.1', 'half', ''])('--minimum-coverage %j is refused with what to write', async (share) => {
  const { exitCode, stderr } = await play('WRITTEN-USD.csv', '--minimum-coverage', share);
  expect(exitCode).toBe(2);
  expect(stderr).toContain('Write a share from 0 to 1');
});
