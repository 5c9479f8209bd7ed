/** One queue per agent; the queue's name is the agent's. */
export const QUEUE_NAMES = [
  'ceo',
  'market-scanner',
  'analyst',
  'strategy-generator',
  'backtest',
  'optimizer',
  'strategy-selector',
  'risk-manager',
  'trader',
  'task-manager',
  'worker-manager',
] as const;
export type QueueName = (typeof QUEUE_NAMES)[number];

/** Money decisions are serialised over all nodes (design.md section 4). */
export const MONEY_QUEUES: readonly QueueName[] = ['risk-manager', 'trader'];

export function isQueueName(text: string): text is QueueName {
  return (QUEUE_NAMES as readonly string[]).includes(text);
}

/**
 * Key prefix of all queues of one trading mode. The braces are a Redis Cluster hash tag: flows and locks touch many
 * keys in one script, so all of them must live in one slot.
 */
export function queuePrefix(namespace: string): string {
  return `{${namespace}}`;
}
