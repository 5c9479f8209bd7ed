import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  selectStrategies,
  type SelectionCandidate,
  type SelectionRules,
} from '../../../src/domain/research/selection.ts';
import { type TrialMetrics } from '../../../src/domain/backtest/metrics/trial-metrics.ts';
import { metricsWith, returnsOf } from './trial-fixture.ts';

/** The rules of config/agents.yaml. */
const RULES: SelectionRules = {
  active: { minTrades: 20, minDeflatedSharpe: 0.95, maxDrawdown: 0.25, minProfitFactor: 1.1, minPositiveFolds: 0.5 },
  incubating: { minTrades: 8, minProbabilisticSharpe: 0.6, maxDrawdown: 0.3 },
  minDays: 10,
  maxCorrelation: 0.7,
  maxActive: 8,
  maxIncubating: 6,
};

const candidate = (
  hash: string,
  metrics: Partial<TrialMetrics> = {},
  foldReturns: readonly number[] = [0.1, 0.1, -0.05, 0.1],
): SelectionCandidate => ({ hash, symbol: 'BTC-USD', outOfSample: metricsWith(metrics), foldReturns });

/** Alternates by one per cent around a mean. */
const steady = (days: number, mean: number) =>
  Array.from({ length: days }, (_, i) => mean + (i % 2 === 0 ? 0.01 : -0.01));

/** Uncorrelated: each candidate has its own returns. */
const several = (count: number, metrics: Partial<TrialMetrics> = {}) =>
  Array.from({ length: count }, (_, i) =>
    candidate(`h${i}`, { dailyReturns: returnsOf(100 + i, 200, 0.003), ...metrics }),
  );

const only = (given: SelectionCandidate, rules = RULES) => selectStrategies([given], [], rules)[0]!;

describe('selection', () => {
  it('activates a strategy that passes every test out of sample, with its values in the reason', () => {
    const outcome = only(candidate('h1'));
    expect(outcome.decision).toBe('active');
    expect(outcome.reason).toMatch(/^passes the gate: 40 trades, return 30\.0 %, Sharpe 2\.00/);
    expect(outcome.deflatedSharpe).toBeGreaterThan(0.95);
  });

  it.each([
    ['too few trades', { trades: 19 }, '19 trades, 20 are needed'],
    ['a deep drawdown', { maxDrawdown: 0.28 }, 'drawdown 28.0 % above 25.0 %'],
    ['a thin profit factor', { profitFactor: 1.05 }, 'profit factor 1.05 below 1.1'],
    ['a Sharpe ratio that luck explains', { dailyReturns: steady(200, 0.0006) }, 'deflated Sharpe'],
  ])('lets it prove itself first with %s', (_, metrics, reason) => {
    const outcome = only(candidate('h1', metrics));
    expect(outcome.decision).toBe('incubating');
    expect(outcome.reason).toContain(`not proven: ${reason}`);
  });

  it('judges no Sharpe ratio from fewer days than the rules ask for', () => {
    const outcome = only(candidate('h1', { dailyReturns: returnsOf(1, 9, 0.003) }));
    expect(outcome).toMatchObject({ decision: 'rejected', reason: 'out of sample: 9 days, 10 are needed' });
  });

  it('requires enough profitable test windows', () => {
    const outcome = only(candidate('h1', {}, [0.5, -0.1, -0.1, -0.1]));
    expect(outcome).toMatchObject({ decision: 'incubating' });
    expect(outcome.reason).toContain('25.0 % of the test windows made money');
  });

  it.each([
    ['too few trades even for that', { trades: 7 }, '7 trades, 8 are needed even to incubate'],
    ['a loss', { totalReturn: -0.01 }, 'return -1.0 %'],
    [
      'returns that do not vary',
      { dailyReturns: Array.from({ length: 40 }, () => 0.001) },
      'probabilistic Sharpe undefined',
    ],
    ['a drawdown beyond all', { maxDrawdown: 0.5 }, 'drawdown 50.0 % above 30.0 %'],
    ['an error', { error: 'no data' }, 'could not be evaluated out of sample: no data'],
  ])('rejects %s with its reason', (_, metrics, reason) => {
    const outcome = only(candidate('h1', metrics));
    expect(outcome.decision).toBe('rejected');
    expect(outcome.reason).toContain(reason);
  });

  it('accepts an undefined profit factor only with profits', () => {
    const spotless = { grossLoss: 0, profitFactor: null };
    expect(only(candidate('h1', spotless)).decision).toBe('active');
    expect(only(candidate('h1', { ...spotless, grossProfit: 0 })).decision).toBe('incubating');
  });

  it('rejects candidates that correlate with a better one or with a held one', () => {
    const dailyReturns = returnsOf(1, 200, 0.003);
    const twins = [candidate('h1', { dailyReturns }), candidate('h2', { dailyReturns })];
    expect(selectStrategies(twins, [], RULES)).toMatchObject([
      { decision: 'active', candidate: { hash: 'h1' } },
      { decision: 'rejected', candidate: { hash: 'h2' }, reason: 'correlates more than 0.7 with h1' },
    ]);
    expect(selectStrategies([twins[0]!], [{ name: 'held', dailyReturns }], RULES)).toMatchObject([
      { decision: 'rejected', reason: 'correlates more than 0.7 with held' },
    ]);
  });

  it('takes a strategy once per market', () => {
    const same = several(2).map((given) => ({ ...given, hash: 'h' }));
    expect(selectStrategies(same, [], RULES).map(({ decision }) => decision)).toEqual(['active', 'rejected']);
    const elsewhere = [same[0]!, { ...same[1]!, symbol: 'ETH-USD' }];
    expect(selectStrategies(elsewhere, [], RULES).map(({ decision }) => decision)).toEqual(['active', 'active']);
  });

  it('stops at its limits and names them in the reasons', () => {
    const rules = { ...RULES, maxActive: 2, maxIncubating: 1 };
    const outcomes = selectStrategies(
      [
        ...several(4),
        ...several(4, { trades: 10 }).map((c, i) => ({
          ...c,
          hash: `i${i}`,
          outOfSample: { ...c.outOfSample, dailyReturns: returnsOf(300 + i, 200, 0.003) },
        })),
      ],
      [],
      rules,
    );
    const count = (decision: string) => outcomes.filter((outcome) => outcome.decision === decision).length;
    expect([count('active'), count('incubating'), count('rejected')]).toEqual([2, 1, 5]);
    const reasons = new Set(outcomes.filter(({ decision }) => decision === 'rejected').map(({ reason }) => reason));
    expect(reasons).toEqual(
      new Set(['ranks below the first 2 active strategies', 'ranks below the first 1 incubating strategies']),
    );
  });

  it('deflates more with more trials', () => {
    const alone = only(candidate('h0', { dailyReturns: returnsOf(9, 200, 0.0018) }));
    const tries = Array.from({ length: 30 }, (_, i) =>
      candidate(`x${i}`, { dailyReturns: returnsOf(50 + i, 200, 0), totalReturn: -0.1 }),
    );
    const among = selectStrategies([alone.candidate, ...tries], [], RULES).find((o) => o.candidate.hash === 'h0')!;
    expect(among.deflatedSharpe!).toBeLessThan(alone.deflatedSharpe!);
    expect(among.probabilisticSharpe).toBe(alone.probabilisticSharpe);
  });

  it('decides on every candidate, independent of their order', () => {
    const dailyReturns = returnsOf(1, 200, 0.003);
    const given = [
      ...several(5),
      candidate('t1', { dailyReturns }),
      candidate('t2', { dailyReturns }),
      candidate('bad', { trades: 0 }),
    ];
    const rules = { ...RULES, maxActive: 3 };
    const expected = selectStrategies(given, [], rules);
    expect(expected).toHaveLength(given.length);
    fc.assert(
      fc.property(fc.shuffledSubarray(given, { minLength: given.length }), (shuffled) => {
        const decided = selectStrategies(shuffled, [], rules);
        expect(decided.map(({ candidate: { hash }, decision, reason }) => ({ hash, decision, reason }))).toEqual(
          expected.map(({ candidate: { hash }, decision, reason }) => ({ hash, decision, reason })),
        );
      }),
      { numRuns: 30 },
    );
  });
});
