import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { chooseOnTraining, screen } from '../../../src/domain/research/screen.ts';
import { trialWith } from './trial-fixture.ts';

const RULES = { minTrades: 20, candidates: 2 };
const hashesOf = (trials: readonly { readonly strategyHash: string }[]) => trials.map((trial) => trial.strategyHash);

describe('screening', () => {
  it.each([
    [{ trades: 19 }, '19 trades in sample, 20 are needed'],
    [{ sharpe: null }, 'Sharpe ratio in sample is undefined'],
    [{ totalReturn: -0.123 }, 'loses 12.3 % in sample after fees'],
    [{ totalReturn: 0 }, 'loses 0.0 % in sample after fees'],
    [{ error: 'series too short' }, 'could not be evaluated: series too short'],
  ])('turns down %j and says so', (metrics, reason) => {
    const { candidates, rejected } = screen([trialWith({}, metrics)], RULES);
    expect(candidates).toEqual([]);
    expect(rejected.map((rejection) => rejection.reason)).toEqual([reason]);
  });

  it('keeps the best by Sharpe ratio, best first, and rejects the others by rank', () => {
    const trials = [1, 3, 2].map((sharpe) => trialWith({ strategyHash: `h${sharpe}` }, { sharpe }));
    const { candidates, rejected } = screen(trials, RULES);
    expect(hashesOf(candidates)).toEqual(['h3', 'h2']);
    expect(rejected).toMatchObject([
      { trial: { strategyHash: 'h1' }, reason: 'Sharpe ratio 1.00 in sample ranks below the first 2' },
    ]);
  });

  it('loses no trial and does not depend on the order of trials, even equal ones', () => {
    const trials = Array.from({ length: 9 }, (_, i) =>
      trialWith({ strategyHash: `h${i}` }, { sharpe: i % 3, trades: i === 4 ? 3 : 40 }),
    );
    const expected = screen(trials, RULES);
    expect(expected.candidates).toHaveLength(2);
    expect(expected.rejected).toHaveLength(7);
    fc.assert(
      fc.property(fc.shuffledSubarray(trials, { minLength: trials.length }), (shuffled) => {
        const outcome = screen(shuffled, RULES);
        expect(outcome.candidates).toEqual(expected.candidates);
        expect(new Set(outcome.rejected)).toEqual(new Set(expected.rejected));
      }),
    );
  });
});

describe('the choice on a training window', () => {
  it('prefers trials with enough trades over better ones with too few', () => {
    const lucky = trialWith({ strategyHash: 'lucky' }, { sharpe: 9, trades: 2 });
    const solid = trialWith({ strategyHash: 'solid' }, { sharpe: 1 });
    expect(chooseOnTraining([lucky, solid], 20)).toBe(solid);
    expect(chooseOnTraining([lucky], 20)).toBe(lucky);
  });

  it('never takes a failed trial', () => {
    expect(chooseOnTraining([trialWith({}, { error: 'broken' })], 20)).toBeNull();
    expect(chooseOnTraining([], 20)).toBeNull();
  });

  it('takes the same of equal trials in any order', () => {
    const [a, b] = ['a', 'b'].map((strategyHash) => trialWith({ strategyHash }));
    expect(chooseOnTraining([a!, b!], 1)).toBe(chooseOnTraining([b!, a!], 1));
  });
});
