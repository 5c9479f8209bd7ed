import { type FlowNode } from '../producer.ts';

/** Id of the last job of a round. */
export const flattenJobId = (account: string, round: string): string => `flatten-execute.${account}.${round}`;

/**
 * One round of closing everything: cancels entries and orders without a position, then the risk manager approves the
 * closing orders, then the trader executes them. @param round id of the request in the first round, then with the candle
 */
export function flattenFlow(account: string, because: string, round: string): FlowNode {
  // A reason may have come with words of the CEO before it.
  const reason = because.slice(0, 500);
  const meta = { priority: 'critical', causedBy: reason.slice(0, 200) } as const;
  return {
    queue: 'trader',
    name: 'execute',
    payload: { account },
    jobId: flattenJobId(account, round),
    meta,
    children: [
      {
        queue: 'risk-manager',
        name: 'plan-flatten',
        payload: { account, reason },
        jobId: `flatten-plan.${account}.${round}`,
        meta,
        children: [
          {
            queue: 'trader',
            name: 'cancel-open',
            payload: { account, reason, orphans: true },
            jobId: `flatten-cancel.${account}.${round}`,
            meta,
          },
        ],
      },
    ],
  };
}
