import { describe, expect, it } from 'vitest';
import { attentionOf, createAttentionLog, readFleetState } from '../../../src/coordinator/attention.ts';
import { silent } from '../../fixtures/silent-logger.ts';
import { openFleet, search } from '../../fixtures/fleet/open-fleet.ts';
import { MINUTE, RULES, V3_REPORT } from '../fleet/fleet-fixture.ts';

const A = 'a_Linux_W1';

const attention = async ({ stores, clock }: ReturnType<typeof openFleet>): Promise<readonly string[]> =>
  attentionOf(await readFleetState(stores, RULES, clock.now()));

describe('what a person should look at', () => {
  it('is nothing while workers take the units, and without units', async () => {
    const test = openFleet();
    expect(await attention(test)).toEqual([]);
    await test.fleet.createUnits([search()]);
    expect(await attention(test)).toEqual([]);
    await test.ask(A);
    await test.ask('b_Linux_W1');
    test.clock.pass(2 * MINUTE);
    expect(await attention(test)).toEqual([]);
  });

  it('is logged once while it lasts, and again when it comes back', async () => {
    const test = openFleet();
    const lines: string[] = [];
    const log = { ...silent, warn: (line: string) => void lines.push(line) };
    const note = createAttentionLog({ stores: test.stores, rules: RULES, clock: test.clock, log });
    await test.fleet.createUnits([search({ replicas: 1 }), search({ replicas: 1 })]);
    test.clock.pass(MINUTE);
    await note();
    await note();
    expect(lines).toHaveLength(1);
    await test.ask(A);
    await note();
    test.clock.pass(10 * MINUTE);
    await note();
    expect(lines).toHaveLength(2);
  });

  it('is a unit that no worker asks for, after a minute', async () => {
    const test = openFleet();
    await test.fleet.createUnits([search(), search()]);
    test.clock.pass(MINUTE);
    expect(await attention(test)).toEqual([
      '2 work units wait for a worker: none has asked for work in the last 5 minutes',
    ]);
  });

  it('is a replica for which there is no second worker', async () => {
    const test = openFleet();
    await test.fleet.createUnits([search()]);
    await test.ask(A);
    test.clock.pass(2 * MINUTE);
    expect(await attention(test)).toEqual([
      'work unit 1 waits for another worker: each active one has a replica of it already, is suspended for its file, or cannot compute its kind',
    ]);
  });

  it('is a resting worker with the end of its rest, and a quarantined one with the reason', async () => {
    const test = openFleet();
    await test.fleet.createUnits([search(), search(), search(), search()]);
    for (let i = 0; i < 3; i += 1) {
      const work = await test.ask(A);
      await test.report(A, work!.unitId, V3_REPORT);
    }
    await test.fleet.flush();
    await test.fleet.quarantineWorker('b_Linux_W1', 'false figures');
    test.clock.pass(2 * MINUTE);
    expect(await attention(test)).toEqual([
      '4 work units wait for a worker: every active worker is quarantined or resting',
      'worker b_Linux_W1 is quarantined: false figures',
      expect.stringMatching(/^worker a_Linux_W1 rests until \d{4}-.*Z: its last 3 reports were refused$/) as string,
    ]);
  });
});
