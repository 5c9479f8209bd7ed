import { type Timeframe } from '../../src/domain/market/timeframe.ts';
import { type MetaInput } from '../meta.ts';
import { type FlowNode } from '../producer.ts';

export interface TickIdentity {
  readonly account: string;
  /** Markets whose candle has closed, or was due and is missing. */
  readonly symbols: readonly string[];
  readonly timeframe: Timeframe;
  /** Open time of the candle that closed, epoch ms. */
  readonly candleTime: number;
}

/**
 * Jobs for the closed candles of one open time, in this order: the trader settles them at the venue, the analyst
 * evaluates the strategies, the risk manager reviews all intents at once, the trader executes the approvals. The ids are
 * functions of account, timeframe and candle, so a tick that is added twice runs once.
 */
export function tickFlow(tick: TickIdentity): FlowNode {
  const id = `${tick.account}.${tick.timeframe}.t${tick.candleTime}`;
  const meta: MetaInput = { priority: 'high', causedBy: `feed/${id}` };
  const { account, timeframe, candleTime } = tick;
  const candles = { account, symbols: [...tick.symbols], timeframe, candleTime };
  return {
    queue: 'trader',
    name: 'execute',
    payload: { account },
    jobId: `tick-execute.${id}`,
    meta,
    children: [
      {
        queue: 'risk-manager',
        name: 'review',
        payload: { account },
        jobId: `tick-review.${id}`,
        meta,
        children: [
          {
            queue: 'analyst',
            name: 'signals',
            payload: candles,
            jobId: `tick-signals.${id}`,
            meta,
            children: [
              {
                queue: 'trader',
                name: 'settle',
                payload: candles,
                jobId: `tick-settle.${id}`,
                meta,
              },
            ],
          },
        ],
      },
    ],
  };
}
