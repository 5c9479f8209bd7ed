import { describe, expect, it } from 'vitest';
import { decide } from '../../src/domain/strategies/decide.ts';
import { IMPLEMENTATIONS } from '../fixtures/engine/implementations.ts';
import { free, onSignal, SIGNAL } from '../unit/backtest/spec-fixture.ts';
import { seriesOf } from '../unit/market/series-fixture.ts';

// Bug: exits that ignore the strategy's own target.

const quiet = [100, 100.5, 99.5, 100] as const;
const series = seriesOf([[100, 101, 100, SIGNAL], quiet, [100, 110, 99.5, 109], [109, 110, 108, 109]]);

describe.each(IMPLEMENTATIONS)('$name', ({ simulate }) => {
  it.each([0.01, 0.03, 0.07])('a spec with a target of %d exits there, in the backtest and at the venue', (value) => {
    const spec = { ...onSignal, target: { kind: 'percent', value } as const };
    const [trade] = simulate(series, spec, free).trades;
    expect(trade).toMatchObject({ reason: 'target', entryPrice: 100 });
    expect(trade!.exitPrice).toBeCloseTo(100 * (1 + value), 6);
    const decision = decide(spec, seriesOf([quiet, [100, 101, 100, SIGNAL]]), false);
    expect(decision).toMatchObject({ action: 'enter', bracket: { target: { kind: 'percent', value } } });
  });

  it('a spec without a target never exits at one', () => {
    const { target: _, ...spec } = onSignal;
    expect(simulate(series, spec, free).trades).toMatchObject([{ reason: 'end-of-data' }]);
  });
});
