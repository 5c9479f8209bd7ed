import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { checkLookAhead } from '../../../../src/cli/checks/check-lookahead.ts';
import { type StrategySpec } from '../../../../src/domain/strategies/spec.ts';
import { peeking } from '../../backtest/cheating-cache.ts';
import { randomSeries } from '../../market/series-fixture.ts';
import { corp, recordedIo, type Recorded } from '../recorded-io.ts';

const average = { indicator: 'ema', params: { period: 10 } };
const spec: StrategySpec = {
  family: 'momentum',
  side: 'long',
  entry: { left: { field: 'close' }, op: 'crosses-above', right: average },
  exit: { left: { field: 'close' }, op: '<', right: average },
  stop: { kind: 'atr', period: 5, multiple: 3 },
  sizing: { kind: 'fraction', fraction: 0.5 },
};

/** Hourly candles along a path of closes. */
function csv(bars: number, closeAt: (bar: number) => number): string {
  const lines = Array.from({ length: bars }, (_, i) => {
    const [open, close] = [closeAt(i), closeAt(i + 1)];
    const time = new Date(Date.UTC(2026, 0, 1) + i * 3_600_000).toISOString();
    return [time, open, Math.max(open, close) * 1.01, Math.min(open, close) * 0.99, close, 10].join(',');
  });
  return ['timestamp,open,high,low,close,volume', ...lines].join('\n');
}
const wave = (bar: number): number => 100 + 5 * Math.sin(bar / 5) + Math.cos(bar * bar);

let directory: string;
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'corp-checks-'));
});
afterAll(() => rmSync(directory, { recursive: true }));

function file(name: string, text: string): string {
  const path = join(directory, name);
  writeFileSync(path, text);
  return path;
}
const backtest = (data: string, ...flags: string[]): Promise<Recorded> =>
  corp(['backtest', '--spec', file('spec.json', JSON.stringify(spec)), '--data', file('WAVE-USD.csv', data), ...flags]);
const documentOf = ({ stdout }: Recorded): Record<string, unknown> => {
  expect(stdout.trimEnd().split('\n')).toHaveLength(1);
  return JSON.parse(stdout) as Record<string, unknown>;
};
const lastLine = (text: string): string | undefined => text.trimEnd().split('\n').at(-1);

describe('corp backtest --check-warmup', () => {
  it('shows the drift of every line by start length, and that the warm-up is long enough', async () => {
    const { exitCode, stdout, stderr } = await backtest(csv(400, wave), '--check-warmup');
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
    expect(stdout).toMatch(/^ema\(10\) +9 +[\d.]+ % .* defined$/m);
    expect(stdout).toMatch(/^ema\(10\) +113 +[< \d.]+ % .* settled$/m);
    expect(stdout).toMatch(/^atr\(5\) +114 +[< \d.]+ % .* settled, warm-up$/m);
    expect(lastLine(stdout)).toBe('Warm-up of 114 candles: every line drifts by less than 0.0000001 %.');
  });

  it('prints its own JSON document', async () => {
    const answer = await backtest(csv(400, wave), '--check-warmup', '--json');
    expect(answer).toMatchObject({ exitCode: 0, stderr: '' });
    const document = documentOf(answer);
    expect(Object.keys(document)).toEqual(['spec', 'series', 'ok', 'warmup', 'limit', 'lines']);
    expect(document).toMatchObject({
      spec,
      series: { symbol: 'WAVE-USD', timeframe: '1h', bars: 400 },
      ok: true,
      warmup: 114,
      limit: 1e-9,
      lines: [
        { line: 'ema(10)', defined: 9, settled: 113 },
        { line: 'atr(5)', defined: 5, settled: 114 },
      ],
    });
  });

  it('exits 1 when the warm-up is too short for the candles', async () => {
    const collapse = csv(600, (bar) => (bar < 300 ? 1e7 : 1) * wave(bar));
    for (const flags of [[], ['--json']]) {
      const answer = await backtest(collapse, '--check-warmup', ...flags);
      expect(answer.exitCode).toBe(1);
      expect(answer.stderr).toMatch(
        /^corp: ema\(10\) drifts by \S+ % at 2026-\S+ after the warm-up of 114 candles; the limit is 0\.0000001 %\. .+\n$/,
      );
      if (flags.length > 0) expect(documentOf(answer)['ok']).toBe(false);
    }
  });

  it('is refused, with the required number of bars, when there is too little history', async () => {
    const { exitCode, stdout, stderr } = await backtest(csv(200, wave), '--check-warmup');
    expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: '' });
    expect(stderr).toBe(
      'corp: to measure its drift, the warm-up of this spec needs at least 229 bars, there are 200. Use more data or shorter periods\n',
    );
  });
});

describe('corp backtest --check-lookahead', () => {
  it('prints how many signals it recomputed and that none has look-ahead', async () => {
    const { exitCode, stdout, stderr } = await backtest(csv(400, wave), '--check-lookahead');
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
    const [first, second] = stdout.trimEnd().split('\n');
    expect(first).toMatch(/^[1-9]\d+ signals recomputed on truncated data: no look-ahead$/);
    expect(second).toMatch(/^[1-9]\d* bars without a signal were recomputed as well\.$/);
    expect(await backtest(csv(400, wave), '--check-lookahead', '--all')).toEqual({ exitCode, stdout, stderr });
  });

  it('prints its own JSON document', async () => {
    const answer = await backtest(csv(400, wave), '--check-lookahead', '--json');
    expect(answer).toMatchObject({ exitCode: 0, stderr: '' });
    const document = documentOf(answer);
    const fields = ['spec', 'series', 'ok', 'signals', 'recomputed', 'others', 'differences', 'differing'];
    expect(Object.keys(document)).toEqual(fields);
    expect(document).toMatchObject({ ok: true, differences: [], differing: 0, recomputed: document['signals'] });
  });

  it('shows each look-ahead with both values, and is an error', () => {
    for (const json of [false, true]) {
      const { io, stdout } = recordedIo();
      const check = (): void =>
        checkLookAhead(io, spec, randomSeries(3, 300), { createCache: peeking, all: false, json });
      expect(check).toThrow(/ at 2025-\S+Z is \S+ with the future known and was \S+ at the time$/);
      if (json) {
        const { ok, differing } = JSON.parse(stdout()) as { ok: boolean; differing: number };
        expect(ok).toBe(false);
        expect(differing).toBeGreaterThan(100);
      } else {
        expect(stdout()).toMatch(/^\d+ signals recomputed on truncated data: \d+ differences$/m);
        expect(stdout()).toMatch(/^2025-\S+ +\d+ +ema\(10\) +[\d.]+ +[\d.]+$/m);
      }
    }
  });
});

describe('one check at a time', () => {
  it.each([
    [['--check-warmup', '--check-lookahead'], /'--check-lookahead' cannot be used with option '--check-warmup'/],
    [['--check-warmup', '--all'], /'--all' cannot be used with option '--check-warmup'/],
    [['--all'], /^corp: --all needs --check-lookahead$/m],
    [['--check-warmup', '--report', 'x.html'], /cannot be used with option/],
  ])('%j is bad usage', async (flags, line) => {
    const { exitCode, stdout, stderr } = await backtest(csv(400, wave), ...flags);
    expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: '' });
    expect(stderr).toMatch(line);
  });
});
