import { describe, expect, it } from 'vitest';
import { VERSION } from '../../../src/paths.ts';
import { corp } from './recorded-io.ts';

describe('bad usage is one line, the usage of that command, and exit code 2', () => {
  it.each([
    [
      'an unknown command',
      ['statsu'],
      /unknown command 'statsu' \(Did you mean status\?\)/,
      'corp [options] [command]',
    ],
    ['an unknown subcommand', ['data', 'imprt'], /unknown command 'imprt'.*import/, 'corp data [options] [command]'],
    [
      'an unknown flag',
      ['orders', '--jsn'],
      /unknown option '--jsn' \(Did you mean --json\?\)/,
      'corp orders [options]',
    ],
    [
      'a missing argument',
      ['data', 'import'],
      /missing required argument 'file'/,
      'corp data import [options] <file...>',
    ],
    ['a missing option', ['halt'], /required option '--reason <text>'/, 'corp halt [options]'],
    ['an argument too many', ['agents', 'x'], /too many arguments/, 'corp agents [options]'],
    ['an empty reason', ['resume', '--reason', ' '], /Write a reason of 1 to 500 characters/, 'corp resume [options]'],
    ['a state that is none', ['orders', '--state', 'x'], /Allowed choices are intended/, 'corp orders [options]'],
    ['a mode that is none', ['status', '--mode', 'x'], /Allowed choices are simulated/, 'corp status [options]'],
    ['a limit that is none', ['trades', '--limit', '0'], /whole number from 1 to 10000/, 'corp trades [options]'],
    ['an unknown queue', ['jobs', 'retry', 'x', '1'], /no such queue: ceo, /, 'corp jobs retry [options] <queue> <id>'],
    ['fees in percent', ['backtest', '--fees', '1.2,0.6'], /0.006 is 0.6 %/, 'corp backtest [options]'],
    ['one fee', ['backtest', '--fees', '0.01'], /taker and maker/, 'corp backtest [options]'],
    ['a hexadecimal port', ['start', '--port', '0x10'], /port from 0 to 65535/, 'corp start [options]'],
    ['a port with an exponent', ['start', '--port', '1e3'], /port from 0 to 65535/, 'corp start [options]'],
    [
      'a port with a blank',
      ['coordinator', '--port', ' 80'],
      /port from 0 to 65535/,
      'corp coordinator [options] [command]',
    ],
    ['a port that is empty', ['start', '--port', ''], /port from 0 to 65535/, 'corp start [options]'],
    ['a port too large', ['start', '--port', '99999'], /port from 0 to 65535/, 'corp start [options]'],
    ['hexadecimal cash', ['start', '--cash', '0x10'], /amount above zero/, 'corp start [options]'],
    ['cash with an exponent', ['backtest', '--cash', '1e9'], /amount above zero/, 'corp backtest [options]'],
    ['too much cash', ['cycle', '--cash', '1000000001'], /up to 1000000000/, 'corp cycle [options]'],
    ['a hexadecimal limit', ['trades', '--limit', '0x10'], /whole number from 1/, 'corp trades [options]'],
    ['a hexadecimal speed', ['start', '--speed', '0x10'], /number above zero/, 'corp start [options]'],
    ['a hexadecimal drain', ['node', '--queues', 'all', '--drain', '0x1'], /seconds from 0/, 'corp node [options]'],
    ['a timeframe that is none', ['backtest', '--timeframe', '1x'], /like 5m, 1h, 1d or 1w/, 'corp backtest [options]'],
  ])('%s', async (_what, args, problem, usage) => {
    const { exitCode, stdout, stderr } = await corp(args);
    expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: '' });
    const lines = stderr.trimEnd().split('\n');
    expect(lines).toHaveLength(2);
    expect(lines[0]).toMatch(/^corp: /);
    expect(lines[0]).toMatch(problem);
    expect(lines[1]).toBe(`Usage: ${usage}`);
  });

  it('prints the help on standard error when there is no command', async () => {
    const { exitCode, stdout, stderr } = await corp([]);
    expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: '' });
    expect(stderr).toContain('Usage: corp [options] [command]');
  });
});

it('prints help and version on standard output, with exit code 0', async () => {
  const help = await corp(['--help']);
  expect({ exitCode: help.exitCode, stderr: help.stderr }).toEqual({ exitCode: 0, stderr: '' });
  const commands = 'start cycle node data backtest status agents strategies orders positions trades cycles verdicts';
  for (const command of `${commands} alerts jobs halt reduce resume flatten audit`.split(' ')) {
    expect(help.stdout).toMatch(new RegExp(`^  ${command} `, 'm'));
  }
  expect((await corp(['data', 'import', '--help'])).stdout).toContain('--source <name>');
  expect(await corp(['--version'])).toEqual({ exitCode: 0, stdout: `${VERSION}\n`, stderr: '' });
});

it('an invalid setting exits 2 and names the variable, before anything is opened', async () => {
  expect(await corp(['status'], { CORP_RISK__MAX_EVERYTHING: '1' })).toEqual({
    exitCode: 2,
    stdout: '',
    stderr: expect.stringMatching(/^corp: environment variable CORP_RISK__MAX_EVERYTHING: [^\n]+\n$/) as string,
  });
});

/** M19: nothing from outside can put work on a money desk. */
it.each([
  ['retry', ['jobs', 'retry', 'trader', 'j1'], 'retried'],
  ['add', ['jobs', 'add', 'risk-manager', 'review', '--data', '{}'], 'added'],
] as const)('corp jobs %s refuses jobs of money queues, before anything is opened', async (_, args, what) => {
  const { exitCode, stdout, stderr } = await corp([...args]);
  expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: '' });
  expect(stderr).toMatch(
    new RegExp(`^corp: jobs of (trader|risk-manager) cannot be ${what} from outside\\. Use corp halt`),
  );
});
