import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { run } from '../../../../src/cli/run.ts';
import { createRng } from '../../../../src/domain/random/rng.ts';
import { randomGenome } from '../../../../src/domain/python-worker/genomes/random-genome.ts';
import { onSignal } from '../../backtest/spec-fixture.ts';
import { randomSeries } from '../../market/series-fixture.ts';
import { recordedIo } from '../recorded-io.ts';

let directory: string;
let data: string;

beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'corp-search-'));
  data = join(directory, 'TEST-USD.csv');
  const { time, open, high, low, close, volume, length } = randomSeries(5, 1200);
  const rows = Array.from({ length }, (_, i) => {
    const stamp = new Date(time[i]!).toISOString().slice(0, 19).replace('T', ' ');
    return [stamp, open[i], high[i], low[i], close[i], volume[i]].join(',');
  });
  writeFileSync(data, ['timestamp,open,high,low,close,volume', ...rows, ''].join('\n'));
});
afterAll(() => rmSync(directory, { recursive: true }));

interface Answer {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

async function search(genomes: unknown, ...args: string[]): Promise<Answer> {
  const file = join(directory, 'genomes.json');
  writeFileSync(file, typeof genomes === 'string' ? genomes : JSON.stringify(genomes));
  const { io, stdout, stderr } = recordedIo();
  const exitCode = await run(['search', '--data', data, '--genomes', file, '--threads', '1', ...args], io);
  return { exitCode, stdout: stdout(), stderr: stderr() };
}

const rng = createRng(4);
const genomes = Array.from({ length: 12 }, () => randomGenome(rng, { marketType: 'SPOT', maxLeverage: 1 }));
const average = (period: number): unknown => ({ indicator: 'sma', params: { period } });
const specOf = (period: number): object => ({
  ...onSignal,
  entry: { left: { field: 'close' }, op: 'crosses-above', right: average(period) },
});

describe('corp search', () => {
  it('prints one document, with results in the order of the genomes', async () => {
    const { exitCode, stdout, stderr } = await search([...genomes, specOf(5)], '--json');
    expect(exitCode, stderr).toBe(0);
    const document = JSON.parse(stdout) as Record<string, unknown> & { results: Record<string, unknown>[] };
    expect(Object.keys(document)).toEqual([
      'genomes',
      'bars',
      'seconds',
      'cpuSeconds',
      'genomesPerSecond',
      'results',
      'resultHash',
    ]);
    expect(document).toMatchObject({ genomes: 13, bars: 1200 });
    expect(document.results).toHaveLength(13);
    for (const result of document.results) {
      expect(Object.keys(result)).toEqual(['pnl', 'trades', 'wins', 'sharpe', 'maxDrawdown']);
    }
    expect(document.results[12]!['trades']).toBeGreaterThan(10);
    expect(document['resultHash']).toMatch(/^[0-9a-f]{64}$/);
    const again = await search([...genomes, specOf(5)], '--json');
    expect((JSON.parse(again.stdout) as typeof document)['resultHash']).toBe(document['resultHash']);
  });

  it('shows the best first, the speed, and that the best of many may be luck', async () => {
    const { exitCode, stdout } = await search([specOf(5), specOf(9), specOf(30)]);
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(/^TEST-USD 1h, 1,200 bars; the best of 3:/);
    const pnls = [...stdout.matchAll(/^ *\d+ +(-?[\d.]+) /gm)].map((match) => Number(match[1]));
    expect(pnls).toHaveLength(3);
    expect(pnls).toEqual([...pnls].sort((a, b) => b - a));
    expect(stdout).toMatch(/ s on 1 thread, .* of CPU: .* genomes, .* million genome-bars a second/);
    expect(stdout).toContain('may be luck. Verify it out of sample');
  });

  it("runs genomes by the workers' rules and costs", async () => {
    const { exitCode, stdout, stderr } = await search(genomes, '--profile', 'worker', '--json');
    expect(exitCode, stderr).toBe(0);
    const document = JSON.parse(stdout) as {
      genomes: number;
      bars: number;
      results: { pnl: number }[];
      resultHash: string;
    };
    expect(document).toMatchObject({ genomes: 12, bars: 1200 });
    const realistic = await search(genomes, '--json');
    expect((JSON.parse(realistic.stdout) as typeof document).resultHash).not.toBe(document.resultHash);
    const asPerson = await search(genomes, '--profile', 'worker');
    expect(asPerson.stdout).toMatch(/^TEST-USD 1h by the workers' rules \(SPOT\), 1,200 bars/);
  });

  it.each([
    ['spot', 'SPOT'],
    ['perpetual', 'FUTURES'],
    ['dated', 'FUTURES'],
  ])("runs genomes by the workers' rules for a %s market, whatever its name", async (type, shown) => {
    const { stdout, stderr } = await search(genomes, '--profile', 'worker', '--market-type', type);
    expect(stdout, stderr).toContain(`by the workers' rules (${shown})`);
  });

  it('has no market type of its own by our rules: config/markets.yaml tells it', async () => {
    const { exitCode, stderr } = await search(genomes, '--market-type', 'spot');
    expect(exitCode).toBe(2);
    expect(stderr).toContain('--market-type needs --profile worker. Describe the market in config/markets.yaml');
  });

  it.each([
    ['a spec', [specOf(5)], [], /\[0\]: is a spec, which the workers' rules cannot run/],
    ['a fee', genomes, ['--fees', '0.01,0.01'], /--fees needs --profile realistic/],
    ['a timeframe', genomes, ['--timeframe', '4h'], /--timeframe needs --profile realistic/],
  ])('refuses %s with the rules of the workers', async (_, given, flags, line) => {
    const { exitCode, stderr } = await search(given, '--profile', 'worker', ...flags);
    expect(exitCode).toBe(2);
    expect(stderr).toMatch(line);
  });

  it.each<[string, unknown, RegExp]>([
    [
      'an unknown indicator',
      [specOf(5), { ...specOf(5), entry: { left: { indicator: 'magic', params: {} }, op: '>', right: { value: 1 } } }],
      /\[1\]\.entry\.left\.indicator: unknown indicator 'magic'/,
    ],
    [
      'a period that is not a number',
      [{ ...specOf(5), entry: { left: { field: 'close' }, op: '>', right: average(NaN) } }],
      /\[0\]\.entry\.right\.params\.period/,
    ],
    [
      'a period longer than the series',
      [specOf(5), specOf(1999)],
      /\[1\]: this spec \(entry\.right: sma\(1999\)\) needs at least \d+ bars, there are 1200/,
    ],
    [
      'a period that no series has',
      [specOf(10_000)],
      /\[0\]\.entry\.right\.params\.period: 10000 must be a whole number from 1 to 2000/,
    ],
    [
      'a short on a spot market',
      [specOf(5), { ...specOf(5), side: 'short' }],
      /\[1\]: side: TEST-USD is a spot market/,
    ],
    [
      'a genome with a name that no worker knows',
      [{ ...genomes[0], entry_rules: [{ left: { indicator: 'MACD', period: 14 }, op: '>', right: { value: 0 } }] }],
      /\[0\]\.entry_rules\[0\]\.left\.indicator/,
    ],
    ['nothing', [], /contains no genome/],
    ['what is no JSON', '[{"entry_rules":', /is not JSON/],
  ])('refuses %s in one line that names it', async (_, given, line) => {
    const { exitCode, stdout, stderr } = await search(given, '--json');
    expect(exitCode).toBe(2);
    expect(stdout).toBe('');
    expect(stderr.trim().split('\n')).toHaveLength(1);
    expect(stderr).toMatch(/^corp: .*genomes\.json: /);
    expect(stderr).toMatch(line);
  });

  it.each([
    ['--threads', '0'],
    ['--threads', 'many'],
    ['--profile', 'wishful'],
    ['--fees', '12'],
    ['--timeframe', '7x'],
  ])('refuses %s %s', async (flag, value) => {
    const { exitCode, stderr } = await search([specOf(5)], flag, value);
    expect(exitCode).toBe(2);
    expect(stderr).toContain(flag);
  });
});
