import { expect, it } from 'vitest';
import { type FleetStores } from '../../../src/ports/fleet/stores.ts';
import { Killed, crashingStores } from '../../fixtures/faults/crashing-stores.ts';
import { fleetViolations } from '../../fixtures/fleet/violations.ts';
import { openFleet, search, single, type TestFleet } from '../../fixtures/fleet/open-fleet.ts';
import { createMemoryFleetStores } from '../../fixtures/memory-fleet-stores.ts';
import { MINUTE, ROOT_REPORT, RULES, T0, V3_REPORT } from '../fleet/fleet-fixture.ts';
import { manualClock } from '../processors/agent/agent-fixture.ts';

const [A, B, C, D] = ['a_Linux_W1', 'b_Linux_W1', 'c_Linux_W1', 'd_Linux_W1'] as const;

type Step = (test: TestFleet) => Promise<unknown>;

const ask =
  (worker: string): Step =>
  (test) =>
    test.ask(worker);

const report =
  (worker: string, key: string, body: object): Step =>
  async ({ stores, report: send }) => {
    const [unit] = await stores.units.byKeys([key]);
    if (!unit) throw new Error(`there is no unit ${key}`);
    await send(worker, unit.id, body);
  };

const REPORTS: readonly (readonly [worker: string, key: string, body: object])[] = [
  [A, 'search', ROOT_REPORT],
  [B, 'search', { ...ROOT_REPORT, pnl: 150 }],
  [A, 'single', ROOT_REPORT],
  [B, 'single', { ...ROOT_REPORT, pnl: 1 }],
  [D, 'single', V3_REPORT],
  [C, 'single', { ...ROOT_REPORT, execution_time: 1 }],
  [C, 'last', ROOT_REPORT],
  [B, 'last', ROOT_REPORT],
];
const reports = (from: number, to: number): readonly Step[] => REPORTS.slice(from, to).map((given) => report(...given));

/** The scenario: searches, single genomes with a deviating worker, constants, silence and a late report. */
const DAY: readonly Step[] = [
  ({ fleet }) => fleet.createUnits([search({ key: 'search' }), single({ key: 'single' })]),
  ({ fleet }) => fleet.createUnits([search({ key: 'last', replicas: 1 })]),
  ...[ask(A), ask(B)],
  ...reports(0, 2),
  ...[ask(A), ask(B)],
  ...reports(2, 4),
  ask(D),
  ...reports(4, 5),
  ask(C),
  ...reports(5, 6),
  ask(C),
  async ({ clock, fleet }) => {
    clock.pass(RULES.leaseMs);
    await fleet.sweep();
  },
  ask(B),
  ...reports(6, 8),
  ({ fleet }) => fleet.flush(),
];

interface Run {
  readonly stores: FleetStores;
  readonly writes: number;
  readonly died: boolean;
}

/** The scenario with a coordinator that crashes after its n-th write and is replaced by another. */
async function day(lastWrite: number, saysAgain: boolean): Promise<Run> {
  const stores = createMemoryFleetStores();
  const clock = manualClock(T0);
  const crashing = crashingStores(stores, lastWrite);
  let test = openFleet({ stores: crashing.stores, clock });
  let died = false;
  const live = async (step: Step): Promise<void> => {
    try {
      await step(test);
    } catch (error) {
      if (!(error instanceof Killed)) throw error;
      died = true;
      test = openFleet({ stores, clock });
      // The creation of a unit is always repeated; the scenario needs it.
      if (saysAgain || step === DAY[0] || step === DAY[1]) await step(test);
    }
  };
  for (const step of DAY) await live(step);

  // Other workers complete the open units, and sweeps complete unfinished work.
  for (let i = 0; i < 40; i += 1) {
    await live(async (current) => {
      const worker = `later${i}_Linux_W1`;
      const work = await current.ask(worker);
      if (work) await current.report(worker, work.unitId, ROOT_REPORT);
    });
    clock.pass(MINUTE);
    await live(({ fleet }) => fleet.sweep());
  }
  await live(({ fleet }) => fleet.flush());
  for (let i = 0; i < 3; i += 1) {
    clock.pass(MINUTE);
    await live(({ fleet }) => fleet.sweep());
  }
  return { stores, writes: crashing.writes(), died };
}

it.each([
  ['unanswered reports are repeated', true],
  ['unanswered reports are lost, as with unmodified workers', false],
])(
  'each unit ends and each result counts once, whichever write is the last of a coordinator: %s',
  async (_, saysAgain) => {
    const whole = await day(Infinity, saysAgain);
    expect(whole.died).toBe(false);
    expect(await fleetViolations(whole.stores)).toEqual([]);
    expect((await whole.stores.results.newest(100)).map(({ verdict }) => verdict).sort()).toEqual([
      ...['accepted', 'accepted', 'accepted', 'accepted', 'accepted'],
      ...['constants', 'disagrees', 'late'],
    ]);
    for (let lastWrite = 1; lastWrite < whole.writes; lastWrite += 1) {
      const { stores, died } = await day(lastWrite, saysAgain);
      expect(died, `write ${lastWrite}`).toBe(true);
      expect(await fleetViolations(stores), `write ${lastWrite}`).toEqual([]);
      if (!saysAgain) continue;
      const [rows, orphans] = await Promise.all([stores.results.newest(1000), stores.orphans.list(1000)]);
      const kept = [...rows, ...orphans].filter(({ workerId }) => REPORTS.some(([worker]) => worker === workerId));
      expect(kept.length, `write ${lastWrite}`).toBe(REPORTS.length);
    }
  },
);
