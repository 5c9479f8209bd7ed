import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createRng } from '../../../src/domain/random/rng.ts';
import { buildSpec, randomParameters } from '../../../src/domain/strategies/families/families.ts';
import { FAMILIES, type StrategySpec } from '../../../src/domain/strategies/spec.ts';
import { warmupBars } from '../../../src/domain/strategies/warmup-bars.ts';
import { openTestEnvironment, type TestEnvironment } from '../../fixtures/company.ts';
import { needsRealFiles, realFile } from '../../fixtures/needs.ts';
import { replaySpec } from '../../fixtures/replay-spec.ts';

const FILES = ['BIP-20DEC30-CDE_ONE_MINUTE.csv', 'ETP-20DEC30-CDE_ONE_MINUTE.csv'] as const;
/** More of both: REPLAY_SPECS=20 REPLAY_BARS=3000. */
const SPECS = Number(process.env['REPLAY_SPECS'] ?? 3);
const BARS = Number(process.env['REPLAY_BARS'] ?? 1000);
/** First bar; the periods have minutes without a candle. */
const FROM = Number(process.env['REPLAY_FROM'] ?? 400);

/** Specs with random parameters, of all families in turn, that have settled in the first third of the bars. */
function specsFor(seed: number): readonly StrategySpec[] {
  const rng = createRng(seed);
  const drawn = Array.from({ length: 200 * SPECS }, (_, i) => {
    const family = FAMILIES[i % FAMILIES.length]!;
    return buildSpec(family, randomParameters(family, rng));
  });
  return drawn.filter((spec) => warmupBars(spec) < BARS / 3).slice(0, SPECS);
}

const need = needsRealFiles(...FILES);

describe.skipIf(need.isMissing)(need.title('a replay through the queues'), () => {
  let testEnvironment: TestEnvironment;
  let trades = 0;
  beforeAll(async () => {
    testEnvironment = await openTestEnvironment();
  });
  afterAll(() => testEnvironment.close());

  it.each(specsFor(11).map((spec, i) => [i, spec] as const))(
    'makes the trades of the backtest: spec %i',
    { timeout: 60_000 + BARS * 1000 },
    async (i, spec) => {
      const file = FILES[i % FILES.length]!;
      const result = await replaySpec(testEnvironment, realFile(file), { from: FROM, to: FROM + BARS }, spec);
      expect(result.failedJobs).toBe(0);
      expect(result.filledBars).toBeGreaterThan(0);
      expect(result.replay).toEqual(result.backtest);
      trades += result.backtest.length;
    },
  );

  it('makes trades at all', () => {
    expect(trades).toBeGreaterThan(SPECS);
  });
});
