import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { strategySpecSchema } from '../../../../queues/strategy-spec-schema.ts';
import { anySpec, busySpec } from '../../backtest/spec-fixture.ts';
import { corp, type Recorded } from '../recorded-io.ts';

const spec = {
  family: 'momentum',
  side: 'long',
  entry: { left: { field: 'close' }, op: 'crosses-above', right: { indicator: 'sma', params: { period: 5 } } },
  stop: { kind: 'percent', value: 0.02 },
  target: { kind: 'percent', value: 0.03 },
  sizing: { kind: 'fraction', fraction: 0.5 },
};

/** A wave of hourly candles. */
function csv(bars: number, step = 3_600_000): string {
  const lines = Array.from({ length: bars }, (_, i) => {
    const [open, close] = [100 + 5 * Math.sin(i / 5), 100 + 5 * Math.sin((i + 1) / 5)];
    const time = new Date(Date.UTC(2026, 0, 1) + i * step).toISOString();
    return [time, open, Math.max(open, close) + 0.5, Math.min(open, close) - 0.5, close, 10].join(',');
  });
  return ['timestamp,open,high,low,close,volume', ...lines].join('\n');
}

let directory: string;
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'corp-backtest-'));
  writeFileSync(join(directory, 'spec.json'), JSON.stringify(spec));
  writeFileSync(join(directory, 'WAVE-USD.csv'), csv(300));
});
afterAll(() => rmSync(directory, { recursive: true }));

function backtest(...flags: string[]): Promise<Recorded> {
  const given = (flag: string, name: string): string[] => (flags.includes(flag) ? [] : [flag, join(directory, name)]);
  return corp(['backtest', ...given('--spec', 'spec.json'), ...given('--data', 'WAVE-USD.csv'), ...flags]);
}
function file(name: string, text: string): string {
  const path = join(directory, name);
  writeFileSync(path, text);
  return path;
}

interface Document {
  readonly spec: unknown;
  readonly series: { readonly bars: number; readonly from: number; readonly to: number };
  readonly metrics: { readonly trades: number; readonly feesPaid: number; readonly finalEquity: number };
  readonly trades: readonly Record<string, unknown>[];
  readonly equity: readonly (readonly [number, number])[];
  readonly resultHash: string;
}
async function document(...flags: string[]): Promise<Document> {
  const { exitCode, stdout, stderr } = await backtest('--json', ...flags);
  expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
  expect(stdout.trimEnd().split('\n')).toHaveLength(1);
  return JSON.parse(stdout) as Document;
}

describe('corp backtest --json', () => {
  it('is one document of the documented shape', async () => {
    const result = await document();
    expect(Object.keys(result)).toEqual(['spec', 'market', 'series', 'metrics', 'trades', 'equity', 'resultHash']);
    expect(result.spec).toEqual(spec);
    expect(result.series).toMatchObject({ symbol: 'WAVE-USD', timeframe: '1h', bars: 300, missing: 0, coverage: 1 });
    expect(result.trades.length).toBeGreaterThan(3);
    const fields = 'side entryTime entryPrice exitTime exitPrice quantity fees pnl reason ambiguous';
    for (const trade of result.trades) expect(Object.keys(trade).sort()).toEqual(fields.split(' ').sort());
    expect(result.equity).toHaveLength(300);
    expect(result.equity[0]?.[0]).toBe(result.series.from);
    expect(result.equity.at(-1)).toEqual([result.series.to, result.metrics.finalEquity]);
    expect(result.resultHash).toMatch(/^[0-9a-f]{64}$/);
  });

  it('gives the same result again, another one for other costs, and no fees when they are zero', async () => {
    const [first, again, free] = [
      await document(),
      await document(),
      await document('--fees', '0,0', '--slippage', '0'),
    ];
    expect(again).toEqual(first);
    expect(free.resultHash).not.toBe(first.resultHash);
    expect([first.metrics.feesPaid > 0, free.metrics.feesPaid]).toEqual([true, 0]);
  });

  it('trades on longer bars built from the candles of the file', async () => {
    expect((await document('--timeframe', '2h')).series).toMatchObject({ timeframe: '2h', bars: 150 });
  });
});

it('prints the figures and the trades as text', async () => {
  const { exitCode, stdout } = await backtest();
  expect(exitCode).toBe(0);
  expect(stdout).toContain('Buy when close crosses above sma(5)');
  expect(stdout).toMatch(/total return +-?\d+\.\d\d %/);
  expect(stdout).toMatch(/long +2026-01-\d\dT\d\d:00:00Z/);
});

describe('corp backtest --report', () => {
  it('writes one page with the figures of the run, and says where', async () => {
    const path = join(directory, 'report.html');
    const { exitCode, stdout } = await backtest('--report', path);
    expect(exitCode).toBe(0);
    expect(stdout.trimEnd().split('\n').at(-1)).toBe(`report ${path}`);
    const page = readFileSync(path, 'utf8');
    const { resultHash, metrics } = await document();
    expect(page).toContain(resultHash);
    expect(page).toContain('WAVE-USD.csv');
    expect(page).toContain(metrics.feesPaid.toLocaleString('en-US', { maximumFractionDigits: 2 }));
  });

  it('prints only the document of --json on standard output', async () => {
    const path = join(directory, 'both.html');
    const result = await document('--report', path);
    expect(readFileSync(path, 'utf8')).toContain(result.resultHash);
  });

  it('is refused when it cannot be written, before anything is read', async () => {
    const path = join(directory, 'nowhere', 'report.html');
    const { exitCode, stdout, stderr } = await backtest('--report', path, '--spec', join(directory, 'no.json'));
    expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: '' });
    expect(stderr).toBe(
      `corp: --report ${path}: cannot be written (ENOENT: no such file or directory). Use an existing folder that you can write to\n`,
    );
  });

  it('is not written when the backtest fails', async () => {
    const path = join(directory, 'failed.html');
    expect((await backtest('--report', path, '--timeframe', '90d')).exitCode).toBe(2);
    expect(readdirSync(directory).filter((name) => name.startsWith('failed'))).toEqual([]);
  });
});

describe('invalid input is refused in one line with the reason', () => {
  const broken = (change: object): string => file('broken.json', JSON.stringify({ ...spec, ...change }));
  const against = (right: object): object => ({ left: { field: 'close' }, op: '<', right });
  const noIndicator = { left: { indicator: 'rsy', params: {} }, op: '>', right: { value: 1 } };
  it.each([
    ['a spec that is not JSON', () => ['--spec', file('x.json', '{"a":')], /x\.json: is not JSON: /],
    ['a spec that is not there', () => ['--spec', join(directory, 'no.json')], /no\.json: cannot be read/],
    [
      'an unknown indicator',
      () => ['--spec', broken({ entry: noIndicator })],
      /broken\.json: entry\.left\.indicator: unknown/,
    ],
    ['an unknown field', () => ['--spec', broken({ stpo: 1 })], /broken\.json: stpo: unknown field/],
    [
      'a stop of 200 %',
      () => ['--spec', broken({ stop: { kind: 'percent', value: 2 } })],
      /stop\.value: \S+ must be a number above 0 and below 1/,
    ],
    ['a short on spot', () => ['--spec', broken({ side: 'short' })], /side: WAVE-USD is a spot market/],
    [
      'too few bars',
      () => ['--data', file('FEW-USD.csv', csv(6))],
      /this spec \(entry\.right: sma\(5\)\) needs at least 7 bars, there are 6/,
    ],
    [
      'a period longer than the series, in the rules',
      () => ['--spec', broken({ exit: against({ indicator: 'sma', params: { period: 1500 } }) })],
      /this spec \(exit\.right: sma\(1500\)\) needs at least 1501 bars, there are 300/,
    ],
    [
      'a period longer than the series, in a distance',
      () => ['--spec', broken({ trailing: { kind: 'atr', period: 400, multiple: 2 } })],
      /this spec \(trailing\.period: atr\(400\)\) needs at least \d{5} bars, there are 300/,
    ],
    [
      'an indicator whose window is whole but which has not settled',
      () => ['--spec', broken({ exit: against({ indicator: 'ema', params: { period: 100 } }) })],
      /this spec \(exit\.right: ema\(100\)\) needs at least 1138 bars, there are 300/,
    ],
    [
      'a period that is NaN',
      () => ['--spec', file('nan.json', JSON.stringify(spec).replace('"period":5', '"period":NaN'))],
      /nan\.json: entry\.right\.params\.period: 'NaN' must be a number/,
    ],
    [
      'a stop that is Infinity',
      () => ['--spec', file('inf.json', JSON.stringify(spec).replace('"value":0.02', '"value":-Infinity'))],
      /inf\.json: stop\.value: '-Infinity' must be a number/,
    ],
    [
      'a period that is null',
      () => ['--spec', broken({ entry: against({ indicator: 'sma', params: { period: null } }) })],
      /entry\.right\.params\.period: null must be a number/,
    ],
    [
      'a level of a running total',
      () => [
        '--spec',
        broken({ entry: { left: { indicator: 'obv', params: { period: 9 } }, op: '>', right: { value: 5 } } }),
      ],
      /entry\.right\.value: 5 makes no sense here: where a running total stands depends on/,
    ],
    [
      'a short that waits for less than nothing',
      () => ['--spec', broken({ side: 'short', target: { kind: 'percent', value: 1 } })],
      /target\.value: \S+ must be a number above 0 and below 1/,
    ],
    ['not one whole bar', () => ['--timeframe', '90d'], /no complete candle of 90d/],
    ['a timeframe that is no multiple', () => ['--timeframe', '90m'], /90m cannot be built from candles of 1h/],
    ['candles with holes', () => ['--data', file('HOLE-USD.csv', holes())], /coverage 5\d\.\d\d % is below 60\.00 %/],
  ])('%s', async (_what, flags, line) => {
    const { exitCode, stdout, stderr } = await backtest(...flags());
    expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: '' });
    expect(stderr.trimEnd().split('\n')).toHaveLength(1);
    expect(stderr).toMatch(line);
  });

  /** Twenty bars, then nothing for as long, and so on. */
  function holes(): string {
    const [header, ...rows] = csv(300).split('\n');
    return [header, ...rows.filter((_, i) => Math.floor(i / 20) % 2 === 0)].join('\n');
  }
});

describe('corp backtest --spec genome.json', () => {
  const genome = {
    entry_rules: [
      { left: { indicator: 'RSI', period: 14 }, op: '<', right: { value: 45 } },
      { left: { field: 'close' }, op: '<', right: { indicator: 'EMA', period: 20 } },
    ],
    params: { sl_pct: 0.02, tp_pct: 0.04, size_pct: 0.2, max_positions: 2, direction: 'SHORT', timeframe: '5m' },
  };
  const play = (value: unknown, ...flags: string[]): Promise<Recorded> =>
    backtest('--spec', file('genome.json', JSON.stringify(value)), ...flags);

  it('runs it as a spec, reports the rules it cannot import on standard error, and prints the document of a spec', async () => {
    const { exitCode, stdout, stderr } = await play(genome, '--json');
    expect(exitCode).toBe(0);
    const result = JSON.parse(stdout) as Document;
    expect(Object.keys(result)).toEqual(['spec', 'market', 'series', 'metrics', 'trades', 'equity', 'resultHash']);
    expect(result.trades.length).toBeGreaterThan(3);
    expect(result.spec).toMatchObject({
      family: 'imported',
      side: 'long',
      stop: { kind: 'percent', value: 0.02 },
      trailing: { kind: 'percent', value: 0.016 },
    });
    const notes = stderr.trimEnd().split('\n');
    expect(notes.every((note) => /^corp: \S+genome\.json: /.test(note))).toBe(true);
    expect(notes.map((note) => /params\.\w+/.exec(note)?.[0])).toEqual([
      'params.direction',
      'params.max_positions',
      'params.timeframe',
    ]);
    const again = await backtest('--spec', file('same.json', JSON.stringify(result.spec)), '--json');
    expect(again).toEqual({ exitCode: 0, stdout, stderr: '' });
  });

  it('prints the same as text', async () => {
    const { exitCode, stdout } = await play({ ...genome, params: { ...genome.params, direction: 'LONG' } });
    expect(exitCode).toBe(0);
    expect(stdout).toContain('Buy when cutler-rsi(14) is below 45 and close is below ema(20); stop 2 %');
  });

  const ruled = (rule: object): unknown => ({ ...genome, entry_rules: [{ ...genome.entry_rules[1], ...rule }] });
  it.each([
    ['rules that are no list', { ...genome, entry_rules: {} }, /genome\.json: entry_rules: must be a list/],
    ['no rule', { ...genome, entry_rules: [] }, /genome\.json: entry_rules: no rule looks at the market/],
    ['text for a number', { ...genome, params: { sl_pct: '2 %' } }, /params\.sl_pct: '2 %' must be a number/],
    [
      'an unknown indicator',
      ruled({ left: { indicator: 'MACD' } }),
      /entry_rules\[0\]\.left\.indicator: 'MACD' is unknown/,
    ],
    ['an unknown period', ruled({ left: { indicator: 'SMA', period: 30 } }), /entry_rules\[0\]\.left\.period: '30' is/],
  ])('refuses %s in one line', async (_what, value, line) => {
    const { exitCode, stdout, stderr } = await play(value);
    expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: '' });
    expect(stderr.trimEnd().split('\n')).toHaveLength(1);
    expect(stderr).toMatch(line);
  });
});

it('the schema accepts every spec of the families and tests, and refuses unknown keys', () => {
  fc.assert(
    fc.property(fc.oneof(anySpec, busySpec), (valid) => {
      expect(strategySpecSchema.parse(JSON.parse(JSON.stringify(valid)))).toEqual(valid);
      expect(strategySpecSchema.safeParse({ ...valid, note: 'x' }).success).toBe(false);
      expect(strategySpecSchema.safeParse({ ...valid, stop: undefined }).success).toBe(false);
    }),
    { numRuns: 50 },
  );
});
