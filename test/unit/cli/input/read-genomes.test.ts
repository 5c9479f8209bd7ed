import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readGenomes } from '../../../../src/cli/input/read-genomes.ts';
import { randomGenome } from '../../../../src/domain/python-worker/genomes/random-genome.ts';
import { createRng } from '../../../../src/domain/random/rng.ts';
import { AppError, isInputError } from '../../../../src/domain/errors.ts';
import { onSignal } from '../../backtest/spec-fixture.ts';
import { genome } from '../../python-worker/genomes/genome-fixture.ts';

let directory: string;
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'corp-genomes-'));
});
afterAll(() => rmSync(directory, { recursive: true }));

const written = (text: string): string => {
  const path = join(directory, 'genomes.json');
  writeFileSync(path, text);
  return path;
};
const mixed = [genome, onSignal, genome];
const expected = [
  { kind: 'genome', genome },
  { kind: 'spec', spec: onSignal },
  { kind: 'genome', genome },
];
const lines = (values: readonly unknown[]): string => values.map((value) => JSON.stringify(value)).join('\n');

describe('readGenomes', () => {
  it.each([
    ['a list', JSON.stringify(mixed)],
    ['a list over many lines', JSON.stringify(mixed, null, 2)],
    ['an object with a list', JSON.stringify({ source: 'x', genomes: mixed })],
    ['an object with a list over many lines', JSON.stringify({ genomes: mixed }, null, 2)],
    ['JSON Lines', lines(mixed)],
    [
      'JSON Lines with blank lines and a byte order mark',
      `\uFEFF\r\n${mixed.map((m) => JSON.stringify(m)).join('\r\n\r\n')}\r\n`,
    ],
  ])('reads genomes and specs from %s', async (_, text) => {
    expect(await readGenomes(written(text))).toEqual(expected);
  });

  it.each([
    ['on one line', JSON.stringify(genome)],
    ['on many', JSON.stringify(genome, null, 2)],
  ])('reads a single one %s', async (_, text) => {
    expect(await readGenomes(written(text))).toEqual([expected[0]]);
  });

  it('reads ten thousand', async () => {
    const rng = createRng(1);
    const many = Array.from({ length: 10_000 }, () => randomGenome(rng, { marketType: 'FUTURES', maxLeverage: 10 }));
    expect(await readGenomes(written(lines(many)))).toEqual(many.map((one) => ({ kind: 'genome', genome: one })));
  });

  const bad = { ...genome, params: { sl_pct: 'two' } };
  const worse = { ...genome, entry_rules: [{ left: { indicator: 'RSI', period: 'x' }, op: '<', right: 3 }] };
  it.each([
    ['a genome in a list', JSON.stringify([genome, bad]), /: \[1\]\.params\.sl_pct: 'two' must be a number$/],
    [
      'a rule in a named list',
      JSON.stringify({ genomes: [worse] }),
      /: genomes\[0\]\.entry_rules\[0\]\.left\.period: /,
    ],
    ['a genome on a line', `${lines([genome, onSignal])}\n\n${lines([bad])}`, /: line 4: params\.sl_pct: /],
    ['a single genome', JSON.stringify(bad, null, 2), /json: params\.sl_pct: /],
    ['a spec', JSON.stringify([{ ...onSignal, side: 'up' }]), /: \[0\]\.side: 'up' must be one of/],
    ['what is neither', JSON.stringify([genome, 7]), /: \[1\]: must be an object with /],
    ['a line that is no JSON', `${lines([genome])}\n{"entry_rules":`, /: line 2: is not JSON: /],
    ['a list that is no JSON', '[1,', /json: is not JSON: /],
    ['genomes that are no list', '{"genomes": 3}', /json: genomes must be a list$/],
    ['an empty list', '[]', /json: contains no genome$/],
    ['an empty file', ' \n', /json: contains no genome$/],
  ])('refuses %s, and says where', async (_, text, line) => {
    const path = written(text);
    const fault: unknown = await readGenomes(path).catch((error: unknown) => error);
    expect(fault).toBeInstanceOf(AppError);
    expect(isInputError(fault)).toBe(true);
    expect((fault as AppError).message.startsWith(`${path}: `)).toBe(true);
    expect((fault as AppError).message).toMatch(line);
  });

  it('refuses a missing file', async () => {
    await expect(readGenomes(join(directory, 'no.json'))).rejects.toThrow(/no\.json: cannot be read/);
  });
});
