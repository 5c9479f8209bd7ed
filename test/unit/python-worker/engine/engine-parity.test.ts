import { expect, it } from 'vitest';
import { createRng } from '../../../../src/domain/random/rng.ts';
import { fuzzWorkerEngines } from '../../../fixtures/engine/worker-engine-parity.ts';

it('the fast kernel gives the bits of the literal one on hostile frames: a slice of npm run test:long', () => {
  const seen = fuzzWorkerEngines(createRng('kernel slice'), 1500);
  expect(seen.trades).toBeGreaterThan(10_000);
  expect(seen.ruined).toBeGreaterThan(0);
});
