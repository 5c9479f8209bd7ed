import { type FlowNode } from '../producer.ts';

/**
 * Closes every position of an account: cancels open entries, then the risk manager approves the closing orders, then the
 * trader executes them.
 */
export function flattenFlow(account: string, reason: string, requestId: string): FlowNode {
  const meta = { priority: 'critical', causedBy: reason.slice(0, 200) } as const;
  return {
    queue: 'trader',
    name: 'execute',
    payload: { account },
    jobId: `flatten-execute.${account}.${requestId}`,
    meta,
    children: [
      {
        queue: 'risk-manager',
        name: 'plan-flatten',
        payload: { account, reason },
        jobId: `flatten-plan.${account}.${requestId}`,
        meta,
        children: [
          {
            queue: 'trader',
            name: 'cancel-open',
            payload: { account, reason },
            jobId: `flatten-cancel.${account}.${requestId}`,
            meta,
          },
        ],
      },
    ],
  };
}
