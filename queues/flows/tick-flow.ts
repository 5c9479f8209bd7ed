import { type Timeframe } from '../../src/domain/market/timeframe.ts';
import { type MetaInput } from '../meta.ts';
import { type FlowNode } from '../producer.ts';

export interface TickIdentity {
  readonly account: string;
  readonly symbol: string;
  readonly timeframe: Timeframe;
  /** Open time of the candle that closed, epoch ms. */
  readonly candleTime: number;
}

/**
 * What happens when a candle closes: the venue acts on it, the analyst reads it, the risk manager reviews what the
 * strategies want, the trader executes. The id is a function of account, market, timeframe and candle: a tick
 * announced twice is one tick.
 */
export function tickFlow(tick: TickIdentity): FlowNode {
  const id = `${tick.account}.${tick.symbol}.${tick.timeframe}.t${tick.candleTime}`;
  const meta: MetaInput = { priority: 'high', causedBy: `feed/${id}` };
  const { account, symbol, timeframe, candleTime } = tick;
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
            payload: { account, symbol, timeframe, candleTime },
            jobId: `tick-signals.${id}`,
            meta,
            children: [
              {
                queue: 'trader',
                name: 'settle',
                payload: { account, symbol, timeframe, candleTime },
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
