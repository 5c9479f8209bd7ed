import { describe, expect, it } from 'vitest';
import { judgeSpecResults, specsDigest } from '../../../src/domain/fleet/spec-results.ts';
import { hashSpec } from '../../../src/domain/strategies/hash-spec.ts';
import { type TrialMetrics } from '../../../src/domain/backtest/metrics/trial-metrics.ts';
import { onSignal } from '../backtest/spec-fixture.ts';
import { metricsWith } from '../research/trial-fixture.ts';

const other = { ...onSignal, maxHoldBars: 7 };
const params = { specs: [onSignal, other] };
const results: readonly { readonly hash: string; readonly metrics: TrialMetrics }[] = [
  { hash: hashSpec(onSignal), metrics: metricsWith() },
  { hash: hashSpec(other), metrics: metricsWith({ sharpe: null, error: 'too short' }) },
];

describe('results of specs', () => {
  it('are accepted when there is one per spec, in order', () => {
    expect(judgeSpecResults(params, results)).toEqual({ verdict: 'accepted', reason: '', version: 'corp' });
  });

  it.each<[string, unknown, string]>([
    ['none', undefined, 'spec_results is not a list of 2 results'],
    ['too few', results.slice(1), 'spec_results is not a list of 2 results'],
    ['in another order', [...results].reverse(), 'spec_results[0] is not of the spec in this place'],
    ['no metrics', [results[0], { hash: hashSpec(other) }], 'spec_results[1] has no metrics'],
    [
      'a metric that is not a number',
      [{ ...results[0], metrics: { ...metricsWith(), totalReturn: null } }, results[1]],
      'spec_results[0] metrics.totalReturn is wrong',
    ],
    [
      'an unknown metric',
      [{ ...results[0], metrics: { ...metricsWith(), luck: 1 } }, results[1]],
      'spec_results[0] metrics.luck is wrong',
    ],
  ])('%s: invalid', (_, sent, reason) => {
    expect(judgeSpecResults(params, sent)).toEqual({ verdict: 'invalid', reason, version: 'corp' });
  });

  it('agree when their values are equal, whatever the formatting', () => {
    const rewritten = results.map(({ metrics, hash }) => ({ metrics, hash }));
    expect(specsDigest(rewritten)).toBe(specsDigest(results));
    expect(specsDigest([results[0], { ...results[1]!, metrics: metricsWith({ trades: 3 }) }])).not.toBe(
      specsDigest(results),
    );
  });
});
