import { expect, it } from 'vitest';
import { checkMixes } from '../../fixtures/fleet/mixed-fleets.ts';

it('in 200 mixed fleets no honest worker is quarantined, liars are found, and doubtful files are named', async () => {
  const counts = await checkMixes(200);
  expect(Math.min(...Object.values(counts)), JSON.stringify(counts)).toBeGreaterThan(20);
}, 300_000);
