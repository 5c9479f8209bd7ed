import { join } from 'node:path';
import { expect, it } from 'vitest';
import { workspace } from './corp-process.ts';

const FILE = join(process.cwd(), 'examples', 'trend-following.json');

it.each([
  [['--active'], '--active needs --unproven'],
  [['--unproven'], '--unproven is only for --active'],
])('a strategy of a person does not trade on %j alone', async (flags, text) => {
  const { exitCode, stdout, stderr } = await workspace().corp(
    'strategies',
    'add',
    FILE,
    '--market',
    'BTC-USD',
    ...flags,
  );
  expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: '' });
  expect(stderr).toContain(text);
});

it.each([
  ['add', FILE, '--market', 'BTC-USD'],
  ['retire', 'abc123', '--reason', 'enough'],
])('without a company strategies %s says how to start one', async (...args) => {
  const { exitCode, stderr } = await workspace().corp('strategies', ...args);
  expect(exitCode).toBe(1);
  expect(stderr).toContain('corp start');
});
