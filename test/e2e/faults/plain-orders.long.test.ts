import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Services } from '../../../src/runtime/services/start-services.ts';
import { openFaultTestEnvironment } from '../../fixtures/faults/test-environment.ts';
import { orderedWrites, type Strike, tradeUnderKills } from '../../fixtures/faults/trade-under-kills.ts';
import { type TradingPlan } from '../../fixtures/faults/trading-company.ts';

/** Companies with their own data, and the kills of each. */
const LANES = 5;
const KILLS = 4;
const VICTIMS_OF_LAST = ['mongo', 'node', 'redis', 'node'] as const;

const percent = (value: number) => ({ kind: 'percent', value }) as const;
/** The price rises by 4 % and falls by 7 %, so that each market is left in its own way; the last one by the flatten. */
const PLAN: TradingPlan = {
  brackets: {
    'AAA-USD': { stop: percent(0.02) },
    'BBB-USD': { stop: percent(0.1), target: percent(0.03) },
    'CCC-USD': { stop: percent(0.1), trailing: percent(0.02) },
    'DDD-USD': { stop: percent(0.1), maxHoldBars: 2 },
    'EEE-USD': { stop: percent(0.1) },
  },
  closes: [102, 104, 104, 101, 97, 97, 97, 97],
  candles: [5, 2],
  settings: { CORP_EXCHANGE__PAPER__PROFILE: 'plain' },
};

const testEnvironment = openFaultTestEnvironment();
let services: Services;
let expected: unknown;
let writes: readonly string[] = [];

beforeAll(async () => {
  services = await testEnvironment.services('services');
  const { outcome, seen } = await tradeUnderKills(testEnvironment, services, 'undisturbed', PLAN);
  expected = outcome;
  writes = orderedWrites(seen);
});
afterAll(async () => {
  expect(await testEnvironment.clear()).toEqual([]);
});

it('the trading without kills leaves by a stop, a target, a trailing stop, a time exit and a flatten, and ends flat', () => {
  const { account, fills } = expected as {
    readonly account: { readonly fills: readonly { readonly cause: string; readonly symbol: string }[] };
    readonly fills: readonly string[];
  };
  const causes = account.fills.map(({ symbol, cause }) => `${symbol.slice(0, 3)} ${cause}`);
  expect(causes.filter((cause) => !cause.endsWith('entry')).toSorted()).toEqual([
    'AAA stop',
    'BBB target',
    'CCC trailing-stop',
    'DDD max-hold',
    'EEE flatten',
  ]);
  expect(fills).toHaveLength(10);
  expect(expected).toMatchObject({
    venue: { positions: [], open: [] },
    account: { positions: {}, closedTwice: 0, venue: { positions: {}, orders: {} } },
    state: ['REDUCING', 'operator', expect.any(Number)],
    auditFault: null,
    deadLetters: [],
  });
});

/** Kills of one lane: all lanes together hit points that are spread evenly over the writes. */
function strikesOf(lane: number): readonly Strike[] {
  const points = Array.from({ length: KILLS }, (_, n) =>
    Math.floor(((n * LANES + lane + 0.5) * writes.length) / (LANES * KILLS)),
  );
  return points.map((index, n) => {
    const name = writes[index]!;
    const since = writes.slice(n === 0 ? 0 : points[n - 1]! + 1, index + 1);
    const nth = since.filter((other) => other === name).length;
    const victim = lane === LANES - 1 ? VICTIMS_OF_LAST[n]! : 'node';
    return { victim, moment: (n + lane) % 2 === 0 ? 'before' : 'after', name, nth };
  });
}

it(`a SIGKILL at ${LANES * KILLS} writes changes neither orders nor shares nor cash`, async ({ annotate }) => {
  const lanes = Array.from({ length: LANES }, (_, lane) => strikesOf(lane));
  const hits = lanes.flat().map(({ victim, moment, name, nth }) => `${victim} ${moment} ${name} #${nth}`);
  await annotate(hits.join('\n'));
  const play = async (strikes: readonly Strike[], lane: number): Promise<void> => {
    const { outcome } = await tradeUnderKills(testEnvironment, services, `lane-${lane}`, PLAN, strikes);
    expect(outcome, `lane ${lane}`).toEqual(expected);
  };
  // The services are everybody's: the lane that kills them has them to itself.
  await Promise.all(lanes.slice(0, -1).map(play));
  await play(lanes.at(-1)!, LANES - 1);
});
