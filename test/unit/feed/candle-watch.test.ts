import { describe, expect, it } from 'vitest';
import { observeFlow, watchFlow } from '../../../queues/flows/tick-flow.ts';
import { type FlowNode } from '../../../queues/producer.ts';
import { createCandleWatch } from '../../../src/feed/candle-watch.ts';
import { type FlowRunner } from '../../../src/feed/flow-runner.ts';

const HOUR = 3_600_000;
const tickAt = (hour: number) => ({ account: 'paper', timeframe: '1h', candleTime: hour * HOUR }) as const;
const observeAt = (hour: number): FlowNode => observeFlow(tickAt(hour), ['BTC-USD'], false);
const ANSWER = { acted: [] };

/** Flows without queues: jobs of the CEO end only while it answers. */
function flowsOf(ceo: { answers: boolean }): { readonly flows: FlowRunner; readonly log: string[] } {
  const log: string[] = [];
  const ended = new Set<string>();
  const added: FlowNode[] = [];
  const finish = (flow: FlowNode): unknown => {
    for (const child of flow.children ?? []) finish(child);
    if (flow.queue === 'ceo' && !ceo.answers) return undefined;
    ended.add(flow.jobId);
    return flow.queue === 'ceo' ? ANSWER : {};
  };
  const shape = ({ name, children = [] }: FlowNode): string => [name, ...children.map(shape)].join(' <- ');
  const flows: FlowRunner = {
    async run(flow) {
      log.push(`run ${shape(flow)}`);
      added.push(flow);
      return finish(flow);
    },
    async add(flow) {
      log.push(`add ${shape(flow)}`);
      added.push(flow);
    },
    exists: async ({ jobId }) => added.some((flow) => flow.jobId === jobId),
    async hasEnded(_queue, jobId) {
      for (const flow of added) finish(flow);
      return ended.has(jobId);
    },
    ended: async () => undefined,
    close: async () => undefined,
  };
  return { flows, log };
}

describe('the watch of a candle', () => {
  it('is the last job of the flow that settles it', async () => {
    const { flows, log } = flowsOf({ answers: true });
    const watch = createCandleWatch(flows, 1000);
    await watch(tickAt(1), observeAt(1), { mayExist: false });
    await watch(tickAt(2), observeAt(2), { mayExist: false });
    expect(log).toEqual(['run watch <- settle', 'run watch <- settle']);
  });

  it('waits once for a CEO that is silent; candles are settled without it until it has answered', async () => {
    const ceo = { answers: false };
    const { flows, log } = flowsOf(ceo);
    const watch = createCandleWatch(flows, 1000);
    await watch(tickAt(1), observeAt(1), { mayExist: false });
    log.length = 0;
    await watch(tickAt(2), observeAt(2), { mayExist: false });
    expect(log).toEqual(['run settle', 'add watch']);
    ceo.answers = true;
    log.length = 0;
    await watch(tickAt(3), observeAt(3), { mayExist: false });
    expect(log).toEqual(['run watch <- settle']);
  });

  it('follows a candle that an interrupted process has settled while the CEO was silent', async () => {
    const { flows, log } = flowsOf({ answers: true });
    await flows.add(observeAt(1));
    log.length = 0;
    await createCandleWatch(flows, 1000)(tickAt(1), observeAt(1), { mayExist: true });
    expect(log).toEqual(['run settle', 'run watch']);
  });

  it('returns the job that closes everything', async () => {
    const { flows } = flowsOf({ answers: true });
    const closing: FlowRunner = { ...flows, run: async () => ({ acted: ['crash'], flattenJob: 'f1' }) };
    expect(await createCandleWatch(closing, 1000)(tickAt(1), observeAt(1), { mayExist: false })).toBe('f1');
    expect(watchFlow(tickAt(1)).children).toBeUndefined();
  });
});
