import { isIncubation } from '../../src/domain/portfolio/accounts.ts';
import { type Timeframe } from '../../src/domain/market/timeframe.ts';
import { type MetaInput } from '../meta.ts';
import { type FlowNode } from '../producer.ts';

export interface TickIdentity {
  readonly account: string;
  readonly timeframe: Timeframe;
  /** Open time of the candles that closed, epoch ms. */
  readonly candleTime: number;
}

/*
 * The jobs for the closed candles of one open time. First the trader settles them at the venue, the analyst evaluates the
 * strategies, if there are any, and the CEO looks at the settled candles. Then the risk manager marks the account: before
 * anything is decided, so that a limit bars the entries of the same candle. When there are intents, the risk manager reviews
 * all of them and the trader executes the approvals. The ids are functions of account, timeframe and candle, so a tick that
 * is added twice runs once.
 */

const idOf = ({ account, timeframe, candleTime }: TickIdentity): string => `${account}.${timeframe}.t${candleTime}`;
/** What is not proven waits for what is. */
const metaOf = (tick: TickIdentity): MetaInput => ({
  priority: isIncubation(tick.account) ? 'normal' : 'high',
  causedBy: `feed/${idOf(tick)}`,
});

/** Id of the job that evaluates the strategies. */
export const signalsJobId = (tick: TickIdentity): string => `tick-signals.${idOf(tick)}`;

/** Settle alone, for an account whose strategies are evaluated with those of the main account. */
export function settleNode(tick: TickIdentity, symbols: readonly string[]): FlowNode {
  const { account, timeframe, candleTime } = tick;
  const payload = { account, symbols: [...symbols], timeframe, candleTime };
  return { queue: 'trader', name: 'settle', payload, jobId: `tick-settle.${idOf(tick)}`, meta: metaOf(tick) };
}

/**
 * Settle, then signals.
 * @param symbols markets whose candle has closed, or was due and is missing
 * @param evaluates whether the account has strategies; settle alone otherwise
 */
export function observeFlow(tick: TickIdentity, symbols: readonly string[], evaluates: boolean): FlowNode {
  const { account, timeframe, candleTime } = tick;
  const settle = settleNode(tick, symbols);
  if (!evaluates) return settle;
  const payload = { account, symbols: [...symbols], timeframe, candleTime };
  const meta = metaOf(tick);
  return { queue: 'analyst', name: 'signals', payload, jobId: signalsJobId(tick), meta, children: [settle] };
}

/** The CEO's look at the candles, after `before` if the CEO is to be waited for. */
export function watchFlow(tick: TickIdentity, before?: FlowNode): FlowNode {
  const { account, candleTime } = tick;
  return {
    queue: 'ceo',
    name: 'watch',
    payload: { account, candleTime },
    jobId: `tick-watch.${idOf(tick)}`,
    meta: { ...metaOf(tick), priority: 'critical' },
    ...(before && { children: [before] }),
  };
}

/** The mark of the account. */
export function markFlow(tick: TickIdentity): FlowNode {
  const { account, candleTime } = tick;
  const jobId = `monitor.${account}.t${candleTime}`;
  return { queue: 'risk-manager', name: 'monitor', payload: { account }, jobId, meta: metaOf(tick) };
}

/** Review, then execute. @param intents ids of all intents of the tick; at least one */
export function decideFlow(tick: TickIdentity, intents: readonly string[]): FlowNode {
  const { account } = tick;
  const meta = metaOf(tick);
  return {
    queue: 'trader',
    name: 'execute',
    payload: { account },
    jobId: `tick-execute.${idOf(tick)}`,
    meta,
    children: [
      {
        queue: 'risk-manager',
        name: 'review',
        payload: { account, intents: [...intents] },
        jobId: `tick-review.${idOf(tick)}`,
        meta,
      },
    ],
  };
}
