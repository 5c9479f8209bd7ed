/** One queue per agent; a queue has the name of its agent. */
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

/** Queues of the money agents, whose jobs are serialised over all nodes. */
export const MONEY_QUEUES: readonly QueueName[] = ['risk-manager', 'trader'];

export function isQueueName(text: string): text is QueueName {
  return (QUEUE_NAMES as readonly string[]).includes(text);
}

/**
 * Prefix of all Redis keys of one owner (a company or the coordinator) in a namespace. The braces are a Redis Cluster hash
 * tag: flows and locks use several keys in one script, so all keys of a namespace must be in one slot, including the
 * company descriptors.
 */
export function keyPrefix(namespace: string, owner: string): string {
  return `{${namespace}}-${owner}`;
}
