import { expect, it } from 'vitest';
import { createRng } from '../../../../src/domain/random/rng.ts';
import { fuzzWorkerEngines } from '../../../fixtures/engine/worker-engine-parity.ts';

it('the fast engine equals the literal one bit for bit on adversarial frames (sample of npm run test:long)', () => {
  const seen = fuzzWorkerEngines(createRng('kernel slice'), 1500);
  expect(seen.trades).toBeGreaterThan(10_000);
  expect(seen.ruined).toBeGreaterThan(0);
});
