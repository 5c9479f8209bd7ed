import { afterEach, describe, expect, it } from 'vitest';
import { type Coordinator } from '../../../../../src/ports/fleet/client.ts';
import { AppError } from '../../../../../src/domain/errors.ts';
import { type ForwardingStore } from '../../../../../src/ports/fleet/forwarding.ts';
import { forwardedUnit } from '../../../../contract/forwarding.contract.ts';
import { startTestCoordinator } from '../../../../fixtures/fleet/test-coordinator.ts';
import { createMemoryForwarding } from '../../../../fixtures/memory-forwarding.ts';
import { startPythonCoordinator } from '../../../../fixtures/python/coordinator.ts';
import { manualClock } from '../../agent/agent-fixture.ts';
import { clientOf, fixedEngine, createForwardQueue, REPORT } from './forward-fixture.ts';

/** The process dies: its completed effects remain, and the queue gives its job to another process. */
class Killed extends AppError {
  constructor() {
    super('killed', 'the process was killed', { retryable: true });
  }
}

/** Counts all effects of the process, and dies once before or after the nth effect. */
function crashing(at: number, when: 'before' | 'after') {
  const seen = { count: 0 };
  const through = async <T>(act: () => Promise<T>): Promise<T> => {
    seen.count += 1;
    const isIt = seen.count === at;
    if (isIt && when === 'before') throw new Killed();
    const answer = await act();
    if (isIt) throw new Killed();
    return answer;
  };
  return {
    seen,
    store: (store: ForwardingStore): ForwardingStore => ({
      ...store,
      save: (unit, version) => through(() => store.save(unit, version)),
      takeTurn: (...turn) => through(() => store.takeTurn(...turn)),
      giveTurn: (holder) => through(() => store.giveTurn(holder)),
    }),
    client: (client: Coordinator): Coordinator => ({
      ...client,
      bookmark: () => through(() => client.bookmark()),
      create: (order) => through(() => client.create(order)),
      find: (order, bookmark) => through(() => client.find(order, bookmark)),
      look: (unit) => through(() => client.look(unit)),
    }),
  };
}

const MOST_STEPS = 40;
const { strategy_genome: _, ...FIGURES } = REPORT;
const open: { close(): Promise<void> }[] = [];
afterEach(async () => {
  for (const server of open.splice(0)) await server.close();
});

describe.each(['before', 'after'] as const)('a process that dies %s any step', (when) => {
  it('creates no second unit at the Python coordinator, and the unit ends', async () => {
    let steps = 0;
    for (let at = 1; at <= Math.max(steps, 1) && at <= MOST_STEPS; at += 1) {
      const clock = manualClock();
      const server = await startPythonCoordinator({
        now: () => clock.now(),
        onStatus: (database) => {
          const unit = database.assign();
          if (unit) database.submit(unit, 'mac_Darwin_W1', FIGURES);
        },
      });
      open.push(server);
      const { seen, store, client } = crashing(at, when);
      const forwarding = createMemoryForwarding();
      await forwarding.addMany([forwardedUnit('u', { deadlineAt: clock.now() + 86_400_000 })]);
      const forwardQueue = createForwardQueue({
        forwarding: store(forwarding),
        coordinator: client(clientOf(server.url, clock)),
        engine: fixedEngine(null),
        clock,
      });
      const [unit] = await forwardQueue.run(['u']);
      expect({ at, made: server.database.units.length, state: unit?.state, doneBy: unit?.doneBy }).toEqual({
        at,
        made: 1,
        state: 'done',
        doneBy: 'remote',
      });
      steps = Math.max(steps, seen.count);
    }
    expect(steps).toBeGreaterThan(7);
  });

  it('creates no second unit at corp coordinator, and its strategy is stored once', async () => {
    let steps = 0;
    for (let at = 1; at <= Math.max(steps, 1) && at <= MOST_STEPS; at += 1) {
      const clock = manualClock();
      const server = await startTestCoordinator({ clock });
      open.push({ close: () => server.stop() });
      const { seen, store, client } = crashing(at, when);
      const forwarding = createMemoryForwarding();
      await forwarding.addMany([forwardedUnit('u', { deadlineAt: clock.now() + 86_400_000 })]);
      const inner = clientOf(server.url, clock);
      const working: Coordinator = {
        ...inner,
        // Two workers finish before the first poll.
        async look(unit) {
          for (const workerId of ['a_Linux_W1', 'b_Linux_W1']) {
            const handed = await server.fleet.assignUnit({ workerId, platform: 'test', acceptsSpecs: false });
            if (!('work' in handed)) continue;
            const { unitId } = handed.work;
            const body = { ...REPORT, work_id: unitId, worker_id: workerId };
            await server.fleet.submit({ unitId, workId: String(unitId), workerId, body });
          }
          return inner.look(unit);
        },
      };
      const forwardQueue = createForwardQueue({
        forwarding: store(forwarding),
        coordinator: client(working),
        engine: fixedEngine(),
        clock,
      });
      const [unit] = await forwardQueue.run(['u']);
      const made = (await server.stores.units.list({ limit: 10 })).length;
      expect({ at, made, state: unit?.state, doneBy: unit?.doneBy, strategies: forwardQueue.strategies.size }).toEqual({
        at,
        made: 1,
        state: 'done',
        doneBy: 'remote',
        strategies: 1,
      });
      steps = Math.max(steps, seen.count);
    }
    expect(steps).toBeGreaterThan(6);
  });
});
