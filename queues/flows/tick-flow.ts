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
 * The jobs for the closed candles of one open time. First the trader settles them at the venue and the analyst evaluates
 * the strategies; when there are intents, the risk manager reviews all of them and the trader executes the approvals.
 * The ids are functions of account, timeframe and candle, so a tick that is added twice runs once.
 */

const idOf = ({ account, timeframe, candleTime }: TickIdentity): string => `${account}.${timeframe}.t${candleTime}`;

/** Id of the job that settles the candles. */
export const settleJobId = (tick: TickIdentity): string => `tick-settle.${idOf(tick)}`;
/** Id of the job with which the CEO looks at the settled candles. */
export const watchJobId = (tick: TickIdentity): string => `tick-watch.${idOf(tick)}`;

const metaOf = (tick: TickIdentity): MetaInput => ({ priority: 'high', causedBy: `feed/${idOf(tick)}` });

/** Settle, then signals. @param symbols markets whose candle has closed, or was due and is missing */
export function observeFlow(tick: TickIdentity, symbols: readonly string[]): FlowNode {
  const { account, timeframe, candleTime } = tick;
  const payload = { account, symbols: [...symbols], timeframe, candleTime };
  const meta = metaOf(tick);
  return {
    queue: 'analyst',
    name: 'signals',
    payload,
    jobId: `tick-signals.${idOf(tick)}`,
    meta,
    children: [{ queue: 'trader', name: 'settle', payload, jobId: settleJobId(tick), meta }],
  };
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
