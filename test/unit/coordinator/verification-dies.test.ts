import { expect, it } from 'vitest';
import { crashingStores, Killed } from '../../fixtures/faults/crashing-stores.ts';
import { type CandleCopy } from '../../fixtures/fleet/candle-copy.ts';
import { openScriptedFleet, searchesOn, type ScriptedWorker } from '../../fixtures/fleet/scripted-fleet.ts';
import { createMemoryFleetStores } from '../../fixtures/memory-fleet-stores.ts';
import { T0 } from '../fleet/fleet-fixture.ts';
import { manualClock } from '../processors/agent/agent-fixture.ts';

const F = 'F_FIVE_MINUTE.csv';
const OURS: CandleCopy = { end: 300 };
const NEWER: CandleCopy = { end: 329 };
const ours = new Map([[F, OURS]]);
const worker = (host: string, copy: CandleCopy, honesty: ScriptedWorker['honesty'] = 'honest'): ScriptedWorker => ({
  id: `${host}_Linux_W1`,
  honesty,
  copies: { [F]: copy },
});
const WORKERS = [worker('a', OURS), worker('newer', NEWER), worker('liar', OURS, 'inconsistent')];

interface Outcome {
  readonly writes: number;
  readonly died: boolean;
  readonly state: unknown;
}

/** Work, a verification that dies after its n-th write, and what later coordinators make of it. */
async function verification(lastWrite: number): Promise<Outcome> {
  const stores = createMemoryFleetStores();
  const clock = manualClock(T0);
  const first = openScriptedFleet(ours, 'dies', { stores, clock });
  await first.fleet.createUnits(searchesOn(F, 9, 100));
  await first.work(WORKERS);
  await first.fleet.flush();

  const crashing = crashingStores(stores, lastWrite);
  const dying = openScriptedFleet(ours, 'dies', { stores: crashing.stores, clock });
  let died = false;
  await dying.verifier.verify().catch((error: unknown) => {
    if (!(error instanceof Killed)) throw error;
    died = true;
  });
  const next = openScriptedFleet(ours, 'dies', { stores, clock });
  for (let n = 0; n < 2; n += 1) {
    clock.pass(10_000);
    await next.fleet.sweep();
    await next.verifier.verify();
  }
  await next.work(WORKERS);
  await next.verifier.verify();
  const rows = await stores.results.newest(1000);
  const verdictsOf = (host: string): readonly string[] =>
    [...new Set(rows.filter(({ workerId }) => workerId.startsWith(host)).map(({ verdict }) => verdict))].sort();
  const units = await stores.units.list({ limit: 1000 });
  return {
    writes: crashing.writes(),
    died,
    state: {
      quarantined: await next.quarantined(),
      suspended: (await next.suspended()).filter((text) => !text.startsWith('liar')),
      verdicts: { a: verdictsOf('a'), newer: verdictsOf('newer'), liar: verdictsOf('liar') },
      canaries: units.filter(({ onlyFor }) => onlyFor !== undefined).length,
      inStep: units.every(({ inStep }) => inStep),
    },
  };
}

it('a verification that dies at any write is completed by the next ones, with the same outcome', async () => {
  const whole = await verification(Infinity);
  expect(whole).toMatchObject({
    died: false,
    state: {
      quarantined: ['liar_Linux_W1'],
      suspended: [`newer_Linux_W1 ${F}`],
      verdicts: { a: ['accepted'], newer: ['accepted', 'suspended'], liar: ['quarantined'] },
      canaries: 4,
      inStep: true,
    },
  });
  expect(whole.writes).toBeGreaterThan(10);
  for (let lastWrite = 1; lastWrite < whole.writes; lastWrite += 1) {
    const { died, state } = await verification(lastWrite);
    expect(died, `write ${lastWrite}`).toBe(true);
    expect(state, `write ${lastWrite}`).toEqual(whole.state);
  }
});
