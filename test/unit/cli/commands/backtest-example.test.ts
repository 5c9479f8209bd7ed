import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { run } from '../../../../src/cli/run.ts';
import { FAMILIES } from '../../../../src/domain/strategies/spec.ts';
import { writeCandleCsv } from '../../../fixtures/candle-csv.ts';
import { randomSeries } from '../../market/series-fixture.ts';
import { recordedIo } from '../recorded-io.ts';

let directory: string;
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'corp-example-'));
});
afterAll(() => rmSync(directory, { recursive: true }));

async function backtest(...args: string[]) {
  const { io, stdout, stderr } = recordedIo();
  const exitCode = await run(['backtest', ...args], io);
  return { exitCode, stdout: stdout(), stderr: stderr() };
}

interface Document {
  readonly spec: unknown;
  readonly market: string;
  readonly series: { readonly symbol: string; readonly timeframe: string; readonly bars: number };
  readonly trades: readonly unknown[];
  readonly resultHash: string;
}

async function document(...args: string[]): Promise<Document> {
  const { exitCode, stdout, stderr } = await backtest(...args, '--json');
  expect(exitCode, stderr).toBe(0);
  return JSON.parse(stdout) as Document;
}

describe('corp backtest --example', () => {
  it.each(FAMILIES)('%s trades on the simulated market', async (family) => {
    const result = await document('--example', family);
    expect(result.spec).toEqual(JSON.parse(readFileSync(`examples/${family}.json`, 'utf8')));
    expect(result.market).toBe('simulated');
    expect(result.series).toMatchObject({ symbol: 'BTC-USD', timeframe: '1h', bars: 180 * 24 });
    expect(result.trades.length).toBeGreaterThan(0);
  });

  it('needs no family, always gives the same result, and says that the market is simulated', async () => {
    const { exitCode, stdout } = await backtest('--example');
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(/^Spec \S+trend-following\.json\nNo --data: simulated market, seed \d+\. /);
    const { resultHash } = await document('--example', 'trend-following');
    expect(stdout).toContain(`result hash ${resultHash}`);
  });

  it('accepts a multiple of five minutes as timeframe, and no other', async () => {
    expect((await document('--example', 'breakout', '--timeframe', '4h')).series.bars).toBe(180 * 6);
    const { exitCode, stderr } = await backtest('--example', 'breakout', '--timeframe', '7m');
    expect(exitCode).toBe(2);
    expect(stderr).toBe('corp: 7m cannot be built from simulated candles of 5m. Choose 5m or a multiple of it\n');
  });

  it('runs on the given candles', async () => {
    const data = join(directory, 'TEST-USD.csv');
    writeCandleCsv(data, randomSeries(5, 1200));
    const result = await document('--example', 'momentum', '--data', data);
    expect(result.market).toBe('files');
    expect(result.series).toMatchObject({ symbol: 'TEST-USD', bars: 1200 });
  });

  it.each([
    [['--example', 'luck'], /^corp: option '--example \[family\]' argument 'luck' is invalid/],
    [['--example', '--spec', 'x.json'], /cannot be used with option '--spec <file>'/],
    [[], /^corp: --spec <file> is missing\. Give a spec, or use --example\n/],
    [
      ['--spec', 'examples/momentum.json'],
      /^corp: --data <file> is missing\. Give a candle file, or --market; only --example/,
    ],
  ])('refuses %j in one line', async (args, message) => {
    const { exitCode, stdout, stderr } = await backtest(...args);
    expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: '' });
    expect(stderr).toMatch(message);
  });
});
