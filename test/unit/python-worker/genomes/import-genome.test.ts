import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { strategySpecSchema } from '../../../../queues/strategy-spec-schema.ts';
import { type Genome } from '../../../../src/domain/python-worker/genomes/genome.ts';
import { importGenome } from '../../../../src/domain/python-worker/genomes/import-genome.ts';
import { parseGenome } from '../../../../src/domain/python-worker/genomes/parse-genome.ts';
import { describeSpec } from '../../../../src/domain/strategies/describe-spec.ts';
import { hashSpec } from '../../../../src/domain/strategies/hash-spec.ts';
import { SpecError } from '../../../../src/domain/spec-error.ts';
import { validateSpec } from '../../../../src/domain/strategies/validate-spec.ts';
import { anyGenome, genome } from './genome-fixture.ts';

const MARKET_KINDS = ['spot', 'perpetual', 'dated'] as const;
const perpetual = { marketKind: 'perpetual' } as const;
const ruled = (...rules: unknown[]): Genome => parseGenome({ ...genome, entry_rules: rules });
const sized = (params: object): Genome => parseGenome({ ...genome, params: { ...genome.params, ...params } });
const close = { field: 'close' };
const line = (indicator: string, period: number) => ({ indicator, period });

describe('importGenome', () => {
  it('makes a valid spec with a hash of every random genome', () => {
    fc.assert(
      fc.property(anyGenome, fc.constantFrom(...MARKET_KINDS), (drawn, marketKind) => {
        const frozen = structuredClone(drawn);
        const { spec, notes } = importGenome(drawn, { marketKind });
        expect(drawn).toEqual(frozen);
        expect(validateSpec(spec)).toBe(spec);
        expect(strategySpecSchema.parse(JSON.parse(JSON.stringify(spec)))).toEqual(spec);
        expect(hashSpec(spec)).toMatch(/^[0-9a-f]{64}$/);
        expect(describeSpec(spec)).toMatch(/^(Buy|Sell short) when /);
        if (marketKind === 'spot') expect(spec.side).toBe('long');
        for (const note of notes) expect(note).toMatch(/^\S.*[^.\s]$/);
      }),
    );
  });

  it('keeps rules, stop, target, size and the trailing stop of the workers’ engine', () => {
    expect(importGenome(genome, perpetual)).toEqual({
      spec: {
        family: 'imported',
        side: 'long',
        entry: { left: { indicator: 'cutler-rsi', params: { period: 14 } }, op: '<', right: { value: 30 } },
        stop: { kind: 'percent', value: 0.02 },
        target: { kind: 'percent', value: 0.04 },
        trailing: { kind: 'percent', value: 0.016 },
        sizing: { kind: 'fraction', fraction: 0.2 },
      },
      notes: [],
    });
  });

  it('maps each indicator to the registry', () => {
    const { spec } = importGenome(
      ruled(
        { left: line('SMA', 10), op: '>', right: line('EMA', 50) },
        { left: { field: 'volume' }, op: '<', right: line('VOLSMA', 20) },
        { left: { field: 'high' }, op: '>', right: { indicator: 'SMA' } },
      ),
      perpetual,
    );
    const ours = (indicator: string, period: number) => ({ indicator, params: { period } });
    expect(spec.entry).toEqual({
      all: [
        { left: ours('sma', 10), op: '>', right: ours('ema', 50) },
        { left: { field: 'volume' }, op: '<', right: ours('volume-sma', 20) },
        { left: { field: 'high' }, op: '>', right: ours('sma', 14) },
      ],
    });
  });

  it('has no floating-point error in the trailing stop', () => {
    const { spec } = importGenome(sized({ sl_pct: 0.035 }), perpetual);
    expect(spec.trailing).toEqual({ kind: 'percent', value: 0.028 });
  });

  it.each([
    [{ direction: 'SHORT' }, 'spot', { side: 'long' }, /^params\.direction SHORT becomes LONG/],
    [{ max_positions: 3 }, 'spot', {}, /^params\.max_positions 3 becomes 1/],
    [{ leverage: 5 }, 'dated', {}, /^params\.leverage 5 becomes 1/],
    [
      { size_pct: 0.45 },
      'spot',
      { sizing: { kind: 'fraction', fraction: 0.3 } },
      /^params\.size_pct 0\.45 becomes 0\.3/,
    ],
    [{ sl_pct: undefined }, 'spot', { stop: { kind: 'percent', value: 0.05 } }, /^params\.sl_pct is missing: 0\.05/],
    [{ trailing_stop_pct: 0.02, timeframe: '5m' }, 'spot', {}, /: params\.trailing_stop_pct, params\.timeframe$/],
  ] as const)('says what becomes of %j on a %s market', (params, marketKind, expected, note) => {
    const { spec, notes } = importGenome(
      parseGenome(JSON.parse(JSON.stringify({ ...genome, params: { ...genome.params, ...params } }))),
      { marketKind },
    );
    expect(spec).toMatchObject(expected);
    expect(notes).toEqual([expect.stringMatching(note)]);
  });

  it('keeps a short on a market that allows shorts, without a target below zero', () => {
    expect(importGenome(sized({ direction: 'SHORT' }), perpetual)).toMatchObject({
      spec: { side: 'short' },
      notes: [],
    });
    const { spec, notes } = importGenome(sized({ direction: 'SHORT', tp_pct: 1.5 }), perpetual);
    expect(spec).not.toHaveProperty('target');
    expect(notes).toEqual([expect.stringMatching(/^params\.tp_pct 1\.5 is left out/)]);
  });

  it('notes rules that it left out or read differently', () => {
    const rule = { left: close, op: '>', right: line('SMA', 20) };
    const { spec, notes } = importGenome(
      ruled({ left: { value: 2 }, op: '>', right: 1 }, { ...rule, op: '>=' }, rule, rule, rule),
      perpetual,
    );
    const ours = { left: close, right: { indicator: 'sma', params: { period: 20 } } };
    expect(spec.entry).toEqual({
      all: [
        { ...ours, op: '<' },
        { ...ours, op: '>' },
      ],
    });
    expect(notes).toEqual([
      expect.stringMatching(/^entry_rules\[0\] is left out: it compares two constants and always holds$/),
      expect.stringMatching(/^entry_rules\[1\]\.op '>=' is read as '<'/),
      expect.stringMatching(/^only the first 3 of 5 entry_rules count/),
    ]);
  });

  it.each<[string, Genome, string]>([
    ['no rule', ruled(), 'entry_rules'],
    ['only rules that always hold', ruled({ left: 2, op: '>', right: 1 }), 'entry_rules'],
    ['a rule that never holds', ruled({ left: 1, op: '>', right: 2 }), 'entry_rules[0]'],
    ['an unknown indicator', ruled({ left: line('MACD', 14), op: '>', right: 0 }), 'entry_rules[0].left.indicator'],
    ['an unknown period', ruled({ left: close, op: '>', right: line('SMA', 30) }), 'entry_rules[0].right.period'],
    [
      'an unknown field',
      ruled({ left: { field: 'open' }, op: '>', right: line('SMA', 20) }),
      'entry_rules[0].left.field',
    ],
    ['a side that names nothing', ruled({ left: {}, op: '>', right: line('SMA', 20) }), 'entry_rules[0].left.field'],
    ['an RSI compared with a price', ruled({ left: line('RSI', 14), op: '>', right: close }), 'entry_rules[0]'],
    ['something compared with itself', ruled({ left: close, op: '>', right: close }), 'entry_rules[0]'],
    [
      'an RSI above 100',
      ruled({ left: line('RSI', 14), op: '>', right: { value: 120 } }),
      'entry_rules[0].right.value',
    ],
    ['a price compared with 0', ruled({ left: close, op: '>', right: null }), 'entry_rules[0].right.value'],
    ['no stop', sized({ sl_pct: 0 }), 'params.sl_pct'],
    ['a stop beyond the price', sized({ sl_pct: 1.2 }), 'params.sl_pct'],
    ['a target behind the price', sized({ tp_pct: -0.01 }), 'params.tp_pct'],
    ['a target nobody reaches', sized({ tp_pct: 100 }), 'params.tp_pct'],
  ])('refuses %s', (_, refused, path) => {
    let fault: unknown;
    try {
      importGenome(refused, perpetual);
    } catch (error) {
      fault = error;
    }
    expect(fault).toBeInstanceOf(SpecError);
    expect((fault as SpecError).path).toBe(path);
  });
});
