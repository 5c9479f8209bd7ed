import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { contractOf, type FlowNode } from '../../../queues/producer.ts';
import {
  analyzePhase,
  backtestPhase,
  decidePhase,
  flatten,
  generatePhase,
  optimizePhase,
  planPhase,
  scanPhase,
  concludePhase,
} from '../../../queues/flows/cycle-flow.ts';
import { flattenFlow } from '../../../queues/flows/flatten-flow.ts';
import { decideFlow, markFlow, observeFlow, watchFlow } from '../../../queues/flows/tick-flow.ts';
import { metaSchema } from '../../../queues/meta.ts';

const HOUR = 3_600_000;
const CYCLE = { id: 'c0123456789abcde', account: 'paper-1', timeframe: '1h', asOf: 500_000 * HOUR } as const;
const CANDIDATES = ['a', 'b'].flatMap((letter) =>
  ['BTC-USD', 'ETH-USD'].map((symbol) => ({
    strategyHash: letter.repeat(64),
    symbol,
    units: [0, 1, 2].map((unit) => `${CYCLE.id}.grid.${symbol}.h${letter.repeat(16)}.u${unit}`),
  })),
);

const everyPhase = (): readonly FlowNode[] =>
  [
    scanPhase(CYCLE),
    analyzePhase(CYCLE, ['BTC-USD', 'ETH-USD']),
    generatePhase(CYCLE),
    backtestPhase(CYCLE, [`${CYCLE.id}.screen.BTC-USD.u0`, `${CYCLE.id}.screen.BTC-USD.u1`]),
    planPhase(CYCLE),
    optimizePhase(CYCLE, CANDIDATES),
    decidePhase(CYCLE),
    concludePhase(CYCLE, ['BTC-USD', 'ETH-USD'], []),
  ].flat();

const tickAt = (candle: number, account = 'paper-1') =>
  ({ account, timeframe: '1h', candleTime: candle * HOUR }) as const;
const ticksAt = (candle: number, account?: string, evaluates = true): readonly FlowNode[] => [
  watchFlow(tickAt(candle, account), observeFlow(tickAt(candle, account), ['BTC-USD', 'ETH-USD'], evaluates)),
  markFlow(tickAt(candle, account)),
  decideFlow(tickAt(candle, account), ['i1', 'i2']),
];

/** `parent <- child, child` at each level, by queue and name. */
const shapeOf = ({ queue, name, children = [] }: FlowNode): object => ({ [`${queue}:${name}`]: children.map(shapeOf) });

const everything = (): readonly FlowNode[] => [...everyPhase(), ...ticksAt(1), flattenFlow('paper-1', 'storm', 'r1')];

describe('flows', () => {
  it('are pure: a rebuilt flow names the same jobs, so that it survives a crash', () => {
    expect(everything()).toEqual(everything());
  });

  it('name no job twice', () => {
    const ids = flatten(everything()).map(({ queue, jobId }) => `${queue}/${jobId}`);
    expect(new Set(ids).size).toBe(ids.length);
  });

  it('have ids that BullMQ accepts: no colon, not all digits', () => {
    for (const { jobId } of flatten(everything())) {
      expect(jobId).not.toContain(':');
      expect(jobId).toMatch(/\D/);
    }
  });

  it('match the contracts of their jobs, and name their cause', () => {
    for (const { queue, name, payload, meta } of flatten(everything())) {
      expect(contractOf(queue).jobs[name]?.data.safeParse(payload).error).toBeUndefined();
      expect(metaSchema.parse(meta).causedBy).toBeTypeOf('string');
    }
  });
});

describe('the flow of a cycle', () => {
  it('executes after the review, and reviews after selection and stance', () => {
    expect(decidePhase(CYCLE).map(shapeOf)).toEqual([
      { 'trader:execute': [{ 'risk-manager:review': [{ 'strategy-selector:select': [] }, { 'ceo:set-stance': [] }] }] },
    ]);
  });

  it('optimises a candidate after the work units of its grid', () => {
    const nodes = optimizePhase(CYCLE, CANDIDATES);
    expect(nodes.map((node) => node.children?.map(({ payload }) => payload))).toEqual(
      CANDIDATES.map(({ units }) => units.map((unitId) => ({ unitId }))),
    );
  });

  it('marks every job with its cycle, and puts money before research', () => {
    const nodes = flatten(everyPhase());
    expect(new Set(nodes.map(({ meta }) => meta?.cycleId))).toEqual(new Set([CYCLE.id]));
    const priorities = (queue: string) => new Set(nodes.filter((n) => n.queue === queue).map((n) => n.meta?.priority));
    expect(priorities('trader')).toEqual(new Set(['high']));
    expect(priorities('risk-manager')).toEqual(new Set(['high']));
    expect(priorities('backtest')).toEqual(new Set(['low']));
  });
});

describe('the flow of a tick', () => {
  it('settles, reads, watches, marks the account, reviews, executes, in this order', () => {
    expect(ticksAt(1).map(shapeOf)).toEqual([
      { 'ceo:watch': [{ 'analyst:signals': [{ 'trader:settle': [] }] }] },
      { 'risk-manager:monitor': [] },
      { 'trader:execute': [{ 'risk-manager:review': [] }] },
    ]);
  });

  it('has no signals for an account without strategies', () => {
    expect(ticksAt(1, 'paper-1', false).map(shapeOf)[0]).toEqual({ 'ceo:watch': [{ 'trader:settle': [] }] });
  });

  it('is one tick per account and candle, however often it is added and for however many markets', () => {
    const candle = fc.integer({ min: 1, max: 1e6 });
    const account = fc.constantFrom('paper-1', 'paper-2');
    fc.assert(
      fc.property(candle, account, candle, account, (a, s, b, t) => {
        const [first, second] = [ticksAt(a, s), ticksAt(b, t)].map((flows) => flows.map(({ jobId }) => jobId));
        for (const [i, id] of first!.entries()) expect(id === second![i]).toBe(a === b && s === t);
      }),
    );
  });
});

describe('the flow that closes all positions', () => {
  it('cancels, then plans, then executes, with the highest priority', () => {
    const flow = flattenFlow('paper-1', 'storm', 'r1');
    expect(shapeOf(flow)).toEqual({
      'trader:execute': [{ 'risk-manager:plan-flatten': [{ 'trader:cancel-open': [] }] }],
    });
    expect(flatten([flow]).every(({ meta }) => meta?.priority === 'critical')).toBe(true);
  });

  it('is one request for one request id', () => {
    expect(flattenFlow('paper-1', 'storm', 'r1').jobId).not.toBe(flattenFlow('paper-1', 'storm', 'r2').jobId);
  });

  it('accepts a reason of any length', () => {
    const { meta } = flattenFlow('paper-1', 'x'.repeat(500), 'r1');
    expect(metaSchema.safeParse(meta).success).toBe(true);
  });
});
