import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Services } from '../../../src/runtime/services/start-services.ts';
import { killService } from '../../fixtures/faults/kill-service.ts';
import { openFaultTestEnvironment } from '../../fixtures/faults/test-environment.ts';
import { openTradingCompany } from '../../fixtures/faults/trading-company.ts';
import { watchWrites, type Moment, type WriteWatch } from '../../fixtures/faults/write-watch.ts';

const POINTS = 20;
/** A supervisor gives a service up that dies five times in a row soon after its start. */
const POINTS_PER_SERVICES = 10;

const testEnvironment = openFaultTestEnvironment();
let services: Services;
let expected: unknown;
let writes: readonly string[] = [];

interface Strike {
  readonly victim: 'node' | 'redis' | 'mongo';
  readonly moment: Moment;
}

/** Three of five strikes hit the node; each kind of victim is hit before and after a write. */
const STRIKES: readonly Strike[] = [
  { victim: 'node', moment: 'before' },
  { victim: 'node', moment: 'after' },
  { victim: 'redis', moment: 'after' },
  { victim: 'node', moment: 'after' },
  { victim: 'mongo', moment: 'before' },
  { victim: 'node', moment: 'before' },
  { victim: 'node', moment: 'after' },
  { victim: 'redis', moment: 'before' },
  { victim: 'node', moment: 'before' },
  { victim: 'mongo', moment: 'after' },
];

/** The outcome of the trading whose process, Redis or store is killed at one write. */
async function outcomeOf(
  namespace: string,
  strike: (watch: WriteWatch, kill: (victim: Strike['victim']) => Promise<void>) => Promise<void>,
): Promise<{ readonly outcome: unknown; readonly seen: readonly string[] }> {
  const company = await openTradingCompany(testEnvironment, services, namespace);
  const watch = await watchWrites(services.mongo.url);
  let node = company.node(watch.url);
  try {
    const struck = strike(watch, async (victim) => {
      if (victim === 'node') {
        await node.kill('SIGKILL');
        node = company.node(watch.url);
      } else {
        await killService(testEnvironment, services, victim);
      }
    });
    await company.trade();
    await struck;
    return { outcome: await company.outcome(), seen: watch.seen };
  } finally {
    await node.kill('SIGTERM');
    await watch.close();
    await company.close();
  }
}

beforeAll(async () => {
  services = await testEnvironment.services('services-0');
  ({ outcome: expected, seen: writes } = await outcomeOf('undisturbed', async () => undefined));
});
afterAll(async () => {
  expect(await testEnvironment.clear()).toEqual([]);
});

it('the trading without kills fills three entries and ends flat', () => {
  expect(expected).toMatchObject({
    venue: { positions: [], open: [] },
    state: ['REDUCING', 'operator', expect.any(Number)],
    auditFault: null,
    deadLetters: [],
  });
  expect((expected as { fills: readonly string[] }).fills).toHaveLength(6);
});

it(
  `a SIGKILL at ${POINTS} writes of an order's life and of a flatten changes nothing`,
  { timeout: 600_000 },
  async ({ annotate }) => {
    const hits: string[] = [];
    // Heartbeats are written at any time; all others come in the same order in every run.
    const ordered = writes.filter((name) => !/ (workers|agentStates)\b/.test(name));
    for (let point = 0; point < POINTS; point += 1) {
      if (point > 0 && point % POINTS_PER_SERVICES === 0)
        services = await testEnvironment.services(`services-${point}`);
      const index = Math.floor(((point + 0.5) * ordered.length) / POINTS);
      const name = ordered[index]!;
      const nth = ordered.slice(0, index + 1).filter((other) => other === name).length;
      const { victim, moment } = STRIKES[point % STRIKES.length]!;
      hits.push(`${victim} ${moment} ${name} #${nth}`);
      const { outcome } = await outcomeOf(`point-${point}`, (watch, kill) =>
        watch.at(name, nth, moment, () => kill(victim)),
      );
      expect(outcome, hits.at(-1)).toEqual(expected);
    }
    await annotate(hits.join('\n'));
  },
);
