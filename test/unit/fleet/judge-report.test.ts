import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isSound } from '../../../src/domain/fleet/canonical-result.ts';
import { judgeReport } from '../../../src/domain/fleet/judge-report.ts';
import { agreementDigest, FIELD_NAMES, readReport } from '../../../src/domain/fleet/reported-fields.ts';
import { evaluatesOneGenome } from '../../../src/domain/fleet/strategy-params.ts';
import { NO_NUMBA_REPORT, ROOT_REPORT, V3_REPORT, V5_REPORT } from './fleet-fixture.ts';

const judge = (body: object) => judgeReport(readReport({ work_id: 1, worker_id: 'w', ...body }));

describe('a report by each generation of worker', () => {
  it.each([
    ['the newest', ROOT_REPORT, 'accepted', 'root'],
    ['the newest, no trade in the holdout', { ...ROOT_REPORT, oos_trades: 0, oos_pnl: -10_000 }, 'accepted', 'root'],
    [
      'the newest, holdout too short to run',
      { ...ROOT_REPORT, oos_trades: 0, oos_pnl: 0, test_candles: 99 },
      'accepted',
      'root',
    ],
    ['v5.0: GA fitness instead of dollars', V5_REPORT, 'untrusted', 'v5'],
    ['v3 and v4: constants', V3_REPORT, 'constants', 'v3'],
    ['the newest without numba', NO_NUMBA_REPORT, 'untrusted', 'root-without-numba'],
    ['somebody who sends nothing but a pnl', { pnl: 1 }, 'untrusted', 'unknown'],
  ])('%s', (_, body, verdict, version) => {
    expect(judge(body)).toMatchObject({ verdict, version });
    expect(judge(body).reason === '').toBe(verdict === 'accepted');
  });

  it('with all four constants is refused, whatever its other fields', () => {
    expect(judge({ ...ROOT_REPORT, ...V3_REPORT }).verdict).toBe('constants');
    expect(judge({ ...ROOT_REPORT, ...V3_REPORT, trades: 11 }).verdict).toBe('accepted');
  });

  it('without a holdout split is untrusted', () => {
    expect(judge({ ...ROOT_REPORT, train_candles: 0 }).verdict).toBe('untrusted');
    expect(judge({ ...ROOT_REPORT, test_candles: 0 }).verdict).toBe('untrusted');
  });
});

describe('fields', () => {
  it('that are missing get the defaults of the Python coordinator', () => {
    const { fields, sent, fault } = readReport({ pnl: 1, is_overfitted: 'false' });
    expect(fault).toBeNull();
    expect(sent).toEqual(['pnl', 'is_overfitted']);
    expect(fields).toMatchObject({ trades: 0, strategy_genome: null, is_overfitted: true, cv_is_consistent: false });
    expect(Object.keys(fields).sort()).toEqual([...FIELD_NAMES].sort());
  });

  it.each([
    ['pnl', null],
    ['pnl', '12'],
    ['pnl', true],
    ['pnl', Number.NaN],
    ['pnl', Infinity],
    ['pnl', [1]],
    ['pnl', { value: 1 }],
    ['trades', 1.5],
    ['trades', -1],
    ['win_rate', 55],
    ['max_drawdown', -0.1],
    ['robustness_score', 101],
    ['execution_time', -1],
    ['strategy_genome', 'not JSON'],
    ['strategy_genome', '[1]'],
    ['strategy_genome', 'null'],
    ['strategy_genome', 7],
    ['strategy_genome', 'x'.repeat(100_001)],
  ])('%s = %j is invalid, and the field is named', (name, value) => {
    const { verdict, reason } = judge({ ...ROOT_REPORT, [name]: value });
    expect(verdict).toBe('invalid');
    expect(reason).toMatch(new RegExp(`^${name} `));
  });

  it('a genome sent as an object is the same genome', () => {
    const asObject = readReport({ ...ROOT_REPORT, strategy_genome: JSON.parse(ROOT_REPORT.strategy_genome) });
    expect(asObject.fault).toBeNull();
    expect(agreementDigest(asObject.fields)).toBe(agreementDigest(readReport(ROOT_REPORT).fields));
  });

  it('never make the reader throw or keep values that cannot be stored, for any input', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.constantFrom(...FIELD_NAMES), fc.anything()), (body) => {
        const { fields, fault } = readReport(body);
        for (const value of Object.values(fields)) {
          if (typeof value === 'number') expect(Number.isFinite(value)).toBe(true);
        }
        if (fault === null) expect(() => agreementDigest(fields)).not.toThrow();
      }),
    );
  });
});

describe('agreement', () => {
  const digest = (change: object = {}): string => agreementDigest(readReport({ ...ROOT_REPORT, ...change }).fields);

  it('covers every field except the execution time', () => {
    expect(digest({ execution_time: 99 })).toBe(digest());
    for (const name of FIELD_NAMES.filter((field) => field !== 'execution_time' && field !== 'strategy_genome')) {
      const value = readReport(ROOT_REPORT).fields[name];
      const other = typeof value === 'boolean' ? !value : Number(value) === 0 ? 1 : 0;
      expect(digest({ [name]: other }), name).not.toBe(digest());
    }
  });

  it('compares genomes by value, not by formatting', () => {
    expect(digest({ strategy_genome: '{"params":{"sl_pct":2e-2},"entry_rules":[]}' })).toBe(digest());
    expect(digest({ strategy_genome: '{"params":{"sl_pct":0.021},"entry_rules":[]}' })).not.toBe(digest());
    expect(digest({ strategy_genome: null })).not.toBe(digest());
  });
});

describe('a result may become canonical', () => {
  const { fields } = readReport(ROOT_REPORT);
  it.each([
    ['as it is', {}, undefined, true],
    ['degradation of exactly nothing', { oos_degradation: 0 }, undefined, true],
    ['too good for its leverage', { pnl: 2_000 }, undefined, false],
    ['good for a higher leverage', { pnl: 2_000 }, 3, true],
    ['a leverage that is none', { pnl: 1_999 }, 'three', true],
    ['too few trades', { trades: 4 }, undefined, false],
    ['too few in the holdout', { oos_trades: 2 }, undefined, false],
    ['a loss in the holdout', { oos_pnl: -0.01 }, undefined, false],
    ['decays', { oos_degradation: 0.36 }, undefined, false],
    ['overfitted', { is_overfitted: true }, undefined, false],
  ])('%s', (_, change, leverage, expected) => {
    expect(isSound({ ...fields, ...change }, leverage)).toBe(expected);
  });
});

it('only one seed, one generation and the whole population from seeds evaluates one genome', () => {
  const params = { population_size: 1, generations: 1, seed_ratio: 1, seed_genomes: [{}] };
  expect(evaluatesOneGenome(params)).toBe(true);
  for (const change of [
    { population_size: 2 },
    { generations: 0 },
    { seed_ratio: 0.5 },
    { seed_ratio: undefined },
    { seed_genomes: [] },
    { seed_genomes: [{}, {}] },
    { seed_genomes: undefined },
  ]) {
    expect(evaluatesOneGenome({ ...params, ...change }), JSON.stringify(change)).toBe(false);
  }
});
