import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Services } from '../../../src/runtime/services/start-services.ts';
import { openFaultTestEnvironment } from '../../fixtures/faults/test-environment.ts';
import { orderedWrites, type Strike, tradeUnderKills } from '../../fixtures/faults/trade-under-kills.ts';
import { type TradingPlan } from '../../fixtures/faults/trading-company.ts';

const POINTS = 20;
/** A supervisor gives a service up that dies five times in a row soon after its start. */
const POINTS_PER_SERVICES = 10;

const testEnvironment = openFaultTestEnvironment();
let services: Services;
let expected: unknown;
let writes: readonly string[] = [];

/** Three of five strikes hit the node; each kind of victim is hit before and after a write. */
const STRIKES: readonly Pick<Strike, 'victim' | 'moment'>[] = [
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

const bracket = { stop: { kind: 'percent', value: 0.05 }, maxHoldBars: 20 } as const;
const PLAN: TradingPlan = {
  brackets: { 'AAA-USD': bracket, 'BBB-USD': bracket, 'CCC-USD': bracket },
  closes: [101, 102, 101, 100, 102],
  candles: [1, 3],
};

beforeAll(async () => {
  services = await testEnvironment.services('services-0');
  ({ outcome: expected, seen: writes } = await tradeUnderKills(testEnvironment, services, 'undisturbed', PLAN));
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
    const ordered = orderedWrites(writes);
    for (let point = 0; point < POINTS; point += 1) {
      if (point > 0 && point % POINTS_PER_SERVICES === 0)
        services = await testEnvironment.services(`services-${point}`);
      const index = Math.floor(((point + 0.5) * ordered.length) / POINTS);
      const name = ordered[index]!;
      const nth = ordered.slice(0, index + 1).filter((other) => other === name).length;
      const strike = { ...STRIKES[point % STRIKES.length]!, name, nth };
      hits.push(`${strike.victim} ${strike.moment} ${name} #${nth}`);
      const { outcome } = await tradeUnderKills(testEnvironment, services, `point-${point}`, PLAN, [strike]);
      expect(outcome, hits.at(-1)).toEqual(expected);
    }
    await annotate(hits.join('\n'));
  },
);
