import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { impossibilityOf } from '../../../src/domain/fleet/impossible-figures.ts';
import { readReport } from '../../../src/domain/fleet/reported-fields.ts';
import { randomGenome } from '../../../src/domain/python-worker/genomes/random-genome.ts';
import { submissionOf, unitFrames } from '../../../src/domain/python-worker/engine/submission.ts';
import { createRng } from '../../../src/domain/random/rng.ts';
import { needsRealFiles, realFile } from '../../fixtures/needs.ts';
import { randomSeries } from '../market/series-fixture.ts';
import { ROOT_REPORT } from './fleet-fixture.ts';

const faultOf = (change: object, maxCandles = 0): string | null =>
  impossibilityOf(readReport({ ...ROOT_REPORT, ...change }).fields, maxCandles);

describe('impossible figures', () => {
  it('are not those of an honest report', () => {
    expect(faultOf({})).toBeNull();
  });

  it.each([
    ['a split of other candles', { train_candles: 44_999 }, 'candles are no split of 50000'],
    ['a profit beyond the engine', { pnl: 2_000.01 }, 'pnl 2000.01 is beyond the limits of the engine'],
    ['a win rate that no number of wins gives', { trades: 7 }, 'win_rate 0.55 is impossible with 7 trades'],
    ['the same in the holdout', { oos_win_rate: 0.7 }, 'oos_win_rate 0.7 is impossible with 12 trades'],
    ['a profit without a trade', { trades: 0, win_rate: 0 }, 'pnl 120.5 was made without a trade'],
    ['a holdout profit without a trade', { oos_trades: 0, oos_win_rate: 0 }, 'oos_pnl 100.25 was made without a trade'],
    ['a degradation of other profits', { pnl: 121.5 }, 'oos_degradation 0.168 does not follow'],
    ['another robustness', { robustness_score: 85 }, 'robustness_score 85 does not follow'],
    ['an overfitting that nothing shows', { is_overfitted: true }, 'is_overfitted true does not follow'],
    [
      'no overfitting despite a loss',
      { oos_pnl: -1, oos_degradation: 1.0083, robustness_score: 60 },
      'is_overfitted false',
    ],
  ])('are %s', (_, change, text) => {
    expect(faultOf(change)).toContain(text);
  });

  it('are more candles than the unit asks for', () => {
    expect(faultOf({}, 50_000)).toBeNull();
    expect(faultOf({}, 49_999)).toBe('50000 candles were used, 49999 were asked for');
  });

  it('never are what the engine computes, for 600 genomes on good and bad candles', () => {
    const rng = createRng('honest figures');
    for (const [i, volatility] of [0.0005, 0.004, 0.03].entries()) {
      for (const marketType of ['SPOT', 'FUTURES'] as const) {
        const frames = unitFrames(randomSeries(i, 2_500, { volatility, timeframe: '5m' }), marketType);
        for (let n = 0; n < 100; n += 1) {
          const report = submissionOf(frames, randomGenome(rng, { marketType, maxLeverage: 10 }));
          expect(impossibilityOf(readReport({ ...report }).fields, 2_500), JSON.stringify(report)).toBeNull();
        }
      }
    }
  });

  const SAMPLES = 'worker-engine-samples.json';
  const need = needsRealFiles(SAMPLES);
  it.skipIf(need.isMissing)(need.title('never are what 15 real workers sent'), () => {
    const { work_units: units } = JSON.parse(readFileSync(realFile(SAMPLES), 'utf8')) as {
      work_units: { max_candles: number; expected: Record<string, unknown> }[];
    };
    expect(units).toHaveLength(15);
    for (const { max_candles, expected } of units) {
      expect(impossibilityOf(readReport(expected).fields, max_candles), JSON.stringify(expected)).toBeNull();
    }
  });
});
