import { expect, it } from 'vitest';
import { createRng } from '../../src/domain/random/rng.ts';
import { fuzzWorkerEngines } from '../fixtures/engine/worker-engine-parity.ts';

it(
  'the fast engine of the worker profile gives the bits of the literal engine in 20,000 hostile cases',
  { timeout: 600_000 },
  () => {
    const seen = fuzzWorkerEngines(createRng('kernel'), 20_000);
    expect(seen.cases).toBeGreaterThanOrEqual(20_000);
    expect(seen.trades).toBeGreaterThan(100_000);
  },
);
