import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { corp } from '../recorded-io.ts';

const directory = mkdtempSync(join(tmpdir(), 'corp-candles-'));
afterAll(() => rmSync(directory, { recursive: true, force: true }));
const file = join(directory, 'WAVE-USD_1h.csv');
const hours = Array.from({ length: 48 }, (_, i) => `${new Date(Date.UTC(2025, 0, 1, i)).toISOString()},1,2,1,2,5`);
writeFileSync(file, ['timestamp,open,high,low,close,volume', ...hours].join('\n'));

describe('candles that a command works on', () => {
  it.each([
    [['backtest', '--symbols', 'WAVE-USD'], /--symbols names several markets.* Give --market WAVE-USD$/],
    [['backtest', '--market', 'A-USD,B-USD'], /names one market; for several write --symbols A-USD,B-USD\./],
    [['backtest', '--market', 'WAVE-USD', '--symbol', 'X-USD'], /--symbol says how a file is read.* Omit it/],
    [['backtest', '--market', 'WAVE-USD', '--timezone', 'UTC'], /--timezone says how a file is read.* Omit it/],
    [['backtest', '--market', 'WAVE-USD', '--data', 'x.csv'], /cannot be used with option/],
    [['backtest', '--data', file, '--source', 'imported'], /cannot be used with option/],
    [
      ['backtest', '--data', file, '--from', '2026-01-01'],
      /no candle in the period.* 2025-01-01T00:00 to 2025-01-02T23/,
    ],
    [['backtest', '--data', file, '--from', '2025-02-30'], /Write a date in UTC/],
    [['backtest', '--data', file, '--to', 'yesterday'], /Write a date in UTC/],
    [['backtest', '--data', file, '--cash', '0'], /Write an amount above zero/],
    [['backtest', '--from', '2025-01-01'], /no candles are named\. Give --data FILE, or --market SYMBOL/],
    [['cycle'], /no candles are named\. Give --data FILE, or --market SYMBOL/],
    [['cycle', '--data', file, '--symbols', 'X-USD'], /--symbols: no file has X-USD\. The files contain WAVE-USD$/],
    [['start', '--market', 'WAVE-USD'], /candles are named, and --exchange is simulated\. Add --exchange replay$/],
    [['start', '--exchange', 'replay'], /--exchange replay needs --data FILE\.\.\., or --market SYMBOL/],
  ])('%j is refused in one line that helps', async ([command, ...flags], message) => {
    const example = command === 'backtest' ? ['--example', 'momentum'] : [];
    const { exitCode, stdout, stderr } = await corp([command!, ...example, ...flags]);
    expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: '' });
    expect(stderr.split('\n')[0]).toMatch(message);
  });
});
