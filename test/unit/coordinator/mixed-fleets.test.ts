import { expect, it } from 'vitest';
import { checkMixes } from '../../fixtures/fleet/mixed-fleets.ts';

it('in 20 mixed fleets no honest worker is quarantined, liars are found, and doubtful files are named', async () => {
  const counts = await checkMixes(20);
  // The mixes must contain what they are about.
  expect(Math.min(...Object.values(counts)), JSON.stringify(counts)).toBeGreaterThan(1);
}, 30_000);
