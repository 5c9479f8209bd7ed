import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { ConfigError } from '../../../../config/config-error.ts';
import { ContractError } from '../../../../queues/contract-error.ts';
import { reportError } from '../../../../src/cli/output/report-error.ts';
import { CandleFileError } from '../../../../src/domain/market/candle-file-error.ts';
import { SeriesTooShortError } from '../../../../src/domain/market/series-too-short-error.ts';
import { SpecError } from '../../../../src/domain/spec-error.ts';
import { AppError } from '../../../../src/domain/errors.ts';
import { ServicesInUseError } from '../../../../src/runtime/services/service-error.ts';
import { recordedIo } from '../recorded-io.ts';

function report(error: unknown, environment = {}): { readonly exitCode: number; readonly stderr: string } {
  const { io, stdout, stderr } = recordedIo(environment);
  const exitCode = reportError(error, io);
  expect(stdout()).toBe('');
  return { exitCode, stderr: stderr() };
}
const zodError = z.strictObject({ a: z.int() }).safeParse({ a: 'x' }).error!;

describe('bad usage or input exits 2, in one line', () => {
  it.each([
    [new ConfigError('config/risk.yaml', 'maxPeak', 'unknown key'), 'corp: config/risk.yaml: maxPeak: unknown key'],
    [new AppError('bad-input', 'x.csv: line 3: no', { advice: 'Do' }), 'corp: x.csv: line 3: no. Do'],
    [new SpecError('stop.value', 'is missing'), 'corp: stop.value: is missing'],
    [new CandleFileError([{ line: 7, problem: 'broken' }], 1, 'line', 'Fix it'), 'corp: line 7: broken. Fix it'],
    [new SeriesTooShortError('this spec', 52, 6), /^corp: this spec needs at least 52 bars, there are 6/],
    [new ContractError('trader:execute', zodError), /^corp: trader:execute: a: /],
  ])('%s', (error, line) => {
    const { exitCode, stderr } = report(error);
    expect(exitCode).toBe(2);
    expect(stderr.trimEnd().split('\n')).toHaveLength(1);
    expect(stderr.trimEnd()).toMatch(line);
  });
});

describe('work that could not be done exits 1', () => {
  it('prints the advice if there is any', () => {
    expect(report(new AppError('no-company', 'nobody is\n here.', { advice: 'Start one' }))).toEqual({
      exitCode: 1,
      stderr: 'corp: nobody is here. Start one\n',
    });
    expect(report(new ServicesInUseError('/d', 42))).toMatchObject({
      exitCode: 1,
      stderr: expect.stringMatching(/^corp: \/d belongs to the running process 42\. stop that process/) as string,
    });
  });

  it('says in words what the file system refused', () => {
    for (const [code, words] of [
      ['EEXIST', 'a file of that name is in the way'],
      ['ENOSPC', 'no space is left on the disk'],
    ]) {
      const error = Object.assign(new Error(`${code}: raw text, mkdir '/d'`), { code, path: '/d' });
      expect(report(error)).toEqual({ exitCode: 1, stderr: `corp: /d: ${words}\n` });
    }
  });

  it('prints the stack of an unexpected error with LOG_LEVEL=debug only', () => {
    const error = new TypeError('x is undefined');
    expect(report(error)).toEqual({
      exitCode: 1,
      stderr: 'corp: unexpected error: x is undefined. Set LOG_LEVEL=debug to see the stack trace\n',
    });
    expect(report(error, { LOG_LEVEL: 'debug' }).stderr).toContain('report-error.test');
    expect(report('a text').stderr).toContain('unexpected error: a text');
  });
});
