import { describe, expect, it } from 'vitest';
import { nextAuditRecord, type AuditRecord } from '../../../../src/domain/audit/chain.ts';
import { FAMILY_EXAMPLE } from '../../../fixtures/strategy-sample.ts';
import { type Decision } from '../../../../src/domain/research/decision.ts';
import { outcomeOf, orderStory, type OrderMaterial } from '../../../../src/reports/story/order-story.ts';
import { positionStory } from '../../../../src/reports/story/position-story.ts';
import { strategyStory } from '../../../../src/reports/story/strategy-story.ts';
import { fill, holding, HOUR, intent, order, position, T0, verdict } from '../../../contract/stores/samples.ts';

const bracket = { stop: { kind: 'percent', value: 0.02 }, target: { kind: 'absolute', value: 840 } } as const;
const entry = order('p', 'e', {
  state: 'filled',
  filledAmount: 0.01,
  averagePrice: 42_010,
  approvalId: 'a1',
  createdAt: T0 + HOUR,
  updatedAt: T0 + 2 * HOUR,
});
const leg = (id: string, purpose: 'stop' | 'target', change: object = {}) =>
  order('p', id, { purpose, side: 'sell', type: purpose === 'stop' ? 'stop' : 'limit', parentId: 'e', ...change });

const traded: OrderMaterial = {
  intent: intent('p', 'e', { bracket }),
  verdict: verdict('e', { decision: 'reduce', reasons: [{ code: 'x', text: 'size x 0.5' }] }),
  order: entry,
  legs: [
    leg('e-s', 'stop', { createdAt: T0 + 2 * HOUR, updatedAt: T0 + 3 * HOUR, state: 'filled', filledAmount: 0.01 }),
    leg('e-t', 'target', {
      createdAt: T0 + 2 * HOUR,
      updatedAt: T0 + 3 * HOUR,
      state: 'cancelled',
      reason: 'the position is closed',
    }),
  ],
  fills: [
    fill('p', 'f2', { clientOrderId: 'e-s', side: 'sell', purpose: 'stop', price: 41_169.8, time: T0 + 3 * HOUR }),
    fill('p', 'f1', { clientOrderId: 'e', price: 42_010, time: T0 + 2 * HOUR }),
  ],
};

function chain(...subjects: readonly (readonly [string, object])[]): readonly AuditRecord[] {
  return subjects.reduce<AuditRecord[]>((records, [subject, data], i) => {
    const about = { key: `k${i}`, actor: 'trader', action: 'place-order', subject, at: T0, data: { ...data } };
    return [...records, nextAuditRecord(records.at(-1) ?? null, about)];
  }, []);
}

describe('the story of an order', () => {
  const records = chain(['e', {}], ['other', {}], ['job', { payload: { intentIds: ['x', 'e-s'] } }]);
  const story = orderStory('e', traded, records);

  it('goes from signal to the end of its legs, in order of time and of causes', () => {
    expect(story.events.map(({ actor, step }) => `${actor} ${step}`)).toEqual([
      'analyst signal',
      'risk-manager reduced',
      'trader order',
      'trader order',
      'trader order',
      'venue fill',
      'venue fill',
      'venue cancelled',
    ]);
    expect(story.events.map(({ time }) => (time - T0) / HOUR)).toEqual([1, 1, 1, 2, 2, 2, 3, 3]);
  });

  it('names reason, protection, approval, prices and fees', () => {
    const text = story.events.map((event) => event.text).join('\n');
    for (const part of [
      'rsi crossed above 30',
      'asks for 5.00 % of equity',
      'stop 2.00 % away, target 840 away',
      'reduced for 0.01: size x 0.5',
      'with approval a1',
      'bought 0.01 at 42010 (entry), fee 2.52',
      'sold 0.01 at 41169.8 (stop)',
      'target order cancelled: the position is closed',
    ])
      expect(text).toContain(part);
    expect(story.outcome).toBe('filled: 0.01 of 0.01 filled at 42010 on average');
  });

  it('names the records of the audit log that are about it or its legs, and no other', () => {
    expect(story.proofs.map(({ seq }) => seq)).toEqual([1, 3]);
    expect(story.proofs.map(({ hash }) => hash)).toEqual([records[0]!.hash, records[2]!.hash]);
  });
});

describe('why a signal did not trade', () => {
  const material = (change: Partial<OrderMaterial>): OrderMaterial => ({
    ...{ intent: intent('p', 'e'), verdict: null, order: null, legs: [], fills: [] },
    ...change,
  });
  it.each<[string, Partial<OrderMaterial>]>([
    ['not traded: the risk manager has not reviewed it', {}],
    [
      'not traded: vetoed, trading is HALTED',
      { verdict: verdict('e', { decision: 'veto', reasons: [{ code: 'halted', text: 'trading is HALTED' }] }) },
    ],
    ['not traded: approved, but no order was placed', { verdict: verdict('e') }],
    [
      'rejected: nothing of 0.01 filled (below the minimum)',
      { order: order('p', 'e', { state: 'rejected', reason: 'below the minimum' }) },
    ],
  ])('%s', (outcome, change) => {
    expect(outcomeOf(material(change))).toBe(outcome);
  });
});

describe('the story of a position', () => {
  it('has the steps of all its orders and its result', () => {
    const exit = order('p', 'x', { purpose: 'exit', side: 'sell', createdAt: T0 + 4 * HOUR, updatedAt: T0 + 4 * HOUR });
    const other: OrderMaterial = { intent: null, verdict: null, order: exit, legs: [], fills: [] };
    const flat = position('p', 's', { amount: 0, realisedPnl: -13.5, fees: 5 });
    const story = positionStory(flat, [traded, other], chain(['x', {}], ['e-t', {}], ['y', {}]));
    expect(story).toMatchObject({
      kind: 'position',
      id: 's/BTC/USD',
      outcome: 'flat; realised -13.50 after 5.00 of fees',
    });
    expect(story.events).toHaveLength(9);
    expect(story.events.at(-1)!.text).toContain('order x');
    expect(story.proofs.map(({ seq }) => seq)).toEqual([1, 2]);
    const held = position('p', 's', { amount: -2, openedAt: T0 });
    expect(positionStory(held, [], []).outcome).toMatch(/^short 2 BTC\/USD at 42000 on average since /);
  });
});

describe('the story of a strategy', () => {
  it('begins with its creation, and tells every judgement and order', () => {
    const { strategy } = FAMILY_EXAMPLE;
    const decision: Decision & { readonly asOf: number } = {
      cycleId: 'c1',
      strategyHash: strategy.hash,
      symbol: 'BTC/USD',
      stage: 'select',
      decision: 'incubating',
      reason: 'promising',
      probabilisticSharpe: 0.9,
      deflatedSharpe: null,
      asOf: T0 + HOUR,
    };
    const story = strategyStory(
      { strategy, decisions: [decision], holdings: [holding('p', strategy.hash)], orders: [traded] },
      chain(['job', { result: [strategy.hash] }]),
    );
    expect(story.events.map(({ step }) => step).slice(0, 3)).toEqual(['created', 'incubating', 'signal']);
    expect(story.events[0]!.text).toMatch(/^momentum\/.*, drawn at random: .* \d/);
    expect(story.events[1]!.text).toContain('promising (probabilistic Sharpe 0.9000, deflated unknown)');
    expect(story.outcome).toBe('candidate: generated (active on BTC/USD 1h)');
    expect(story.proofs).toHaveLength(1);
  });
});
