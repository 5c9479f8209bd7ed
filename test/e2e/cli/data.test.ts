import { once } from 'node:events';
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { describe, expect, it } from 'vitest';
import { needsRealFiles, realFile } from '../../fixtures/needs.ts';
import { workspace } from './corp-process.ts';

const HEADER = 'timestamp,open,high,low,close,volume';
const GOOD = `${HEADER}\n2026-01-01 00:00:00,10,12,9,11,5\n2026-01-01 01:00:00,11,12,10,12,5\n`;

it('an unknown flag exits 2 with the problem and the usage', async () => {
  const { corp, dataDirectory } = workspace();
  expect(await corp('data', 'import', 'x.csv', '--forse')).toEqual({
    exitCode: 2,
    stdout: '',
    stderr: "corp: unknown option '--forse' (Did you mean --source?)\nUsage: corp data import [options] <file...>\n",
  });
  expect(existsSync(dataDirectory)).toBe(false);
});

describe('a bad file exits 2 with file and line, and no file is stored', () => {
  it.each([
    ['broken row', `${GOOD}2026-01-01 02:00:00,11,12\n`, 4, /3 values, the other rows have 6/],
    ['time out of order', `${GOOD}2025-12-31 23:00:00,11,12,10,12,5\n`, 4, /is out of order/],
    ['negative price', `${GOOD}2026-01-01 02:00:00,-11,12,10,12,5\n`, 4, /open is -11: a price must be above zero/],
    ['missing column', GOOD.replace(',close', ',note'), 1, /the header has no column close/],
  ])('%s', async (_what, broken, line, problem) => {
    const { corp, directory, dataDirectory } = workspace();
    const [good, bad] = [join(directory, 'BTC-USD.csv'), join(directory, 'ETH-USD.csv')];
    writeFileSync(good, GOOD);
    writeFileSync(bad, broken);
    const { exitCode, stdout, stderr } = await corp('data', 'import', good, bad);
    expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: '' });
    expect(stderr.trimEnd().split('\n')).toHaveLength(1);
    expect(stderr.startsWith(`corp: ${bad}: line ${line}: `)).toBe(true);
    expect(stderr).toMatch(problem);
    // All files are read before a store is opened.
    expect(existsSync(dataDirectory)).toBe(false);
  });
});

interface Stored {
  readonly markets: readonly { symbol: string; bars: number; gaps: number; missing: number }[];
}

const names = ['BTC-USD_FIVE_MINUTE.csv', 'BIP-20DEC30-CDE_ONE_MINUTE.csv', 'ETP-20DEC30-CDE_ONE_MINUTE.csv'];
const need = needsRealFiles(...names);

describe.skipIf(need.isMissing)(need.title('the real Coinbase files'), () => {
  const figures = [
    { symbol: 'BIP-20DEC30-CDE', bars: 19_095, gaps: 702, missing: 1065 },
    { symbol: 'BTC-USD', bars: 59_206, gaps: 2, missing: 70 },
    { symbol: 'ETP-20DEC30-CDE', bars: 17_653, gaps: 1556, missing: 2505 },
  ];
  const paths = names.map(realFile);

  it('are imported, and a later command finds them complete', async () => {
    const { corp, json } = workspace();
    const { exitCode, stdout } = await corp('data', 'import', ...paths);
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(/BTC-USD +5m +59206 +2025-07-01T00:00:00Z +2026-01-22T19:35:00Z +2 +70 +0 +99\.88 %/);
    expect((await json<Stored>('data', 'check')).markets).toMatchObject(figures);
  });

  it('are checked without a store', async () => {
    const { corp, json, dataDirectory } = workspace();
    expect((await json<Stored>('data', 'check', ...paths)).markets).toMatchObject([
      figures[1]!,
      figures[0]!,
      figures[2]!,
    ]);
    const { stdout } = await corp('data', 'check', paths[0]!);
    expect(stdout).toContain('2025-10-25T15:15:00Z  2025-10-25T20:55:00Z    69');
    expect(existsSync(dataDirectory)).toBe(false);
  });

  const spec = {
    family: 'trend-following',
    side: 'long',
    entry: {
      left: { indicator: 'ema', params: { period: 20 } },
      op: 'crosses-above',
      right: { indicator: 'ema', params: { period: 50 } },
    },
    stop: { kind: 'atr', period: 14, multiple: 3 },
    sizing: { kind: 'fraction', fraction: 0.5 },
    trailing: { kind: 'percent', value: 0.05 },
  };

  it('are backtested on hourly bars', async () => {
    const { json, directory } = workspace();
    writeFileSync(join(directory, 'spec.json'), JSON.stringify(spec));
    const flags = ['--spec', 'spec.json', '--data', paths[0]!, '--timeframe', '1h'];
    const result = await json<{ trades: unknown[]; equity: unknown[]; resultHash: string }>('backtest', ...flags);
    expect(result).toMatchObject({ spec, series: { symbol: 'BTC-USD', timeframe: '1h', bars: 4939 } });
    expect(result.trades.length).toBeGreaterThan(10);
    expect(result.equity).toHaveLength(4939);
  });

  it('a reader that closes the pipe ends the command without a stack trace', async () => {
    const { spawn, directory } = workspace();
    writeFileSync(join(directory, 'spec.json'), JSON.stringify(spec));
    const child = spawn('backtest', '--spec', 'spec.json', '--data', paths[0]!, '--json');
    child.stdout!.once('data', () => child.stdout!.destroy());
    const [stderr] = await Promise.all([text(child.stderr!), once(child, 'exit')]);
    expect({ stderr, exitCode: child.exitCode, signal: child.signalCode }).toEqual({
      stderr: '',
      exitCode: 0,
      signal: null,
    });
  });
});
