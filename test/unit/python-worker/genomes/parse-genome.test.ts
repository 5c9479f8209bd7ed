import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { encodeGenome } from '../../../../src/domain/python-worker/genomes/encode-genome.ts';
import { type Genome } from '../../../../src/domain/python-worker/genomes/genome.ts';
import { isGenome, parseGenome } from '../../../../src/domain/python-worker/genomes/parse-genome.ts';
import { SpecError } from '../../../../src/domain/spec-error.ts';
import { anyGenome, genome } from './genome-fixture.ts';

const ruled = (patch: object): unknown => ({ ...genome, entry_rules: [{ ...genome.entry_rules[0], ...patch }] });
const sized = (patch: object): unknown => ({ ...genome, params: { ...genome.params, ...patch } });

describe('parseGenome', () => {
  it('returns random genomes unchanged', () => {
    fc.assert(
      fc.property(anyGenome, (drawn) => {
        expect(isGenome(drawn)).toBe(true);
        expect(parseGenome(drawn)).toBe(drawn);
      }),
    );
  });

  it.each<[string, unknown]>([
    ['keys no worker reads', { ...genome, name: 'x', params: { ...genome.params, trailing_stop_pct: '1 %' } }],
    ['an indicator nobody knows', ruled({ left: { indicator: 'MACD', period: 12 } })],
    ['two names for one side', ruled({ left: { value: 1, indicator: 7 } })],
    ['a side that is a number, or null', ruled({ left: 3, right: null })],
    ['a side that names nothing', ruled({ left: {} })],
    ['any comparison and direction', { ...(ruled({ op: '>=' }) as Genome), params: { direction: 7 } }],
    ['more rules than are read', { ...genome, entry_rules: Array(5).fill(genome.entry_rules[0]) }],
  ])('tolerates %s, as the workers do', (_, value) => expect(parseGenome(value)).toBe(value));

  it('fills in rules or params when one of them is absent', () => {
    expect(parseGenome({ entry_rules: [], note: 1 })).toEqual({ entry_rules: [], params: {}, note: 1 });
    expect(parseGenome({ params: {} })).toEqual({ entry_rules: [], params: {} });
  });

  it.each<[string, unknown, string]>([
    ['no object', [genome], 'genome'],
    ['nothing of a genome', { rules: [] }, 'genome'],
    ['rules that are no list', { ...genome, entry_rules: { 0: genome.entry_rules[0] } }, 'entry_rules'],
    ['a rule that is no object', { ...genome, entry_rules: ['RSI < 30'] }, 'entry_rules[0]'],
    ['a missing side', { ...genome, entry_rules: [{ left: 1, op: '>' }] }, 'entry_rules[0].right'],
    ['a missing comparison', ruled({ op: undefined }), 'entry_rules[0].op'],
    ['a side that is text', ruled({ right: '30' }), 'entry_rules[0].right'],
    ['a side that is NaN', ruled({ right: NaN }), 'entry_rules[0].right'],
    ['a value that is NaN', ruled({ right: { value: NaN } }), 'entry_rules[0].right.value'],
    ['a value that is endless', ruled({ right: { value: Infinity } }), 'entry_rules[0].right.value'],
    ['a period that is text', ruled({ left: { indicator: 'SMA', period: '20' } }), 'entry_rules[0].left.period'],
    ['an indicator that is no name', ruled({ left: { indicator: 14 } }), 'entry_rules[0].left.indicator'],
    ['a field that is no name', ruled({ left: { field: null } }), 'entry_rules[0].left.field'],
    ['params that are null', { ...genome, params: null }, 'params'],
    ['params that are a list', { ...genome, params: [] }, 'params'],
    ['a param that is text', sized({ sl_pct: '0.02' }), 'params.sl_pct'],
    ['a param that is null', sized({ max_positions: null }), 'params.max_positions'],
    ['a param that is NaN', sized({ leverage: NaN }), 'params.leverage'],
  ])('refuses %s', (_, value, path) => {
    let fault: unknown;
    try {
      parseGenome(value);
    } catch (error) {
      fault = error;
    }
    expect(fault).toBeInstanceOf(SpecError);
    const { path: at, message, problem } = fault as SpecError;
    expect(at).toBe(path);
    expect(message).toBe(`${path}: ${problem}`);
  });
});

describe('encodeGenome', () => {
  const encode = (value: unknown) => encodeGenome(parseGenome(value));

  it('fills in defaults', () => {
    expect(encode({ entry_rules: [] })).toEqual({
      rules: [],
      stop: 0.05,
      target: 0.1,
      size: 0.1,
      maxPositions: 1,
      side: 'long',
      leverage: 1,
    });
  });

  it.each([
    [{ size_pct: 0.5 }, { size: 0.3 }],
    [{ size_pct: 0.01 }, { size: 0.05 }],
    [{ max_positions: 1.9 }, { maxPositions: 1 }],
    [{ max_positions: 2.5 }, { maxPositions: 2 }],
    [{ max_positions: 3 }, { maxPositions: 2 }],
    [{ max_positions: -1 }, { maxPositions: 1 }],
    [{ leverage: 25 }, { leverage: 10 }],
    [{ leverage: 0 }, { leverage: 1 }],
    [{ direction: 'SHORT' }, { side: 'short' }],
    [{ direction: 'short' }, { side: 'long' }],
    [
      { sl_pct: -0.4, tp_pct: 9 },
      { stop: -0.4, target: 9 },
    ],
  ])('reads %j as %j', (params, expected) => expect(encode(sized(params))).toMatchObject(expected));

  it.each([
    [
      { value: 3, indicator: 'RSI', field: 'close' },
      { kind: 'constant', value: 3 },
    ],
    [
      { indicator: 'RSI', field: 'close' },
      { kind: 'indicator', indicator: 'RSI', period: 14 },
    ],
    [
      { indicator: 'EMA', period: 200 },
      { kind: 'indicator', indicator: 'EMA', period: 200 },
    ],
    [{ field: 'volume' }, { kind: 'field', field: 'volume' }],
    [{ field: 'open' }, { kind: 'unknown', key: 'field' }],
    [{ indicator: 'rsi' }, { kind: 'unknown', key: 'indicator' }],
    [
      { indicator: 'SMA', period: 15 },
      { kind: 'unknown', key: 'period' },
    ],
    [{}, { kind: 'unknown', key: 'field' }],
    [7, { kind: 'constant', value: 7 }],
    [null, { kind: 'constant', value: 0 }],
  ])('reads the side %j', (left, operand) => expect(encode(ruled({ left })).rules[0]!.left).toEqual(operand));

  it("reads '>' as above and every other comparison as below", () => {
    for (const [op, isAbove] of [
      ['>', true],
      ['<', false],
      ['>=', false],
      ['crosses', false],
    ] as const) {
      expect(encode(ruled({ op })).rules[0]!.isAbove).toBe(isAbove);
    }
  });

  it('reads the first three rules', () => {
    const rules = [1, 2, 3, 4].map((value) => ({ left: { field: 'close' }, op: '>', right: { value } }));
    const { rules: read } = encode({ entry_rules: rules });
    expect(read.map(({ right }) => right)).toEqual([1, 2, 3].map((value) => ({ kind: 'constant', value })));
  });
});
