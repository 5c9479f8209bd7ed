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
 * Jobs for a closed candle, in this order: the trader settles it at the venue, the analyst evaluates the strategies, the
 * risk manager reviews their intents, the trader executes the approvals. The ids are functions of account, market,
 * timeframe and candle, so a tick that is added twice runs once.
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
