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

/** Money decisions are serialised over all nodes. */
export const MONEY_QUEUES: readonly QueueName[] = ['risk-manager', 'trader'];

export function isQueueName(text: string): text is QueueName {
  return (QUEUE_NAMES as readonly string[]).includes(text);
}

/**
 * First part of every key: what belongs to one company, or to the coordinator, of a namespace. The braces are a Redis Cluster
 * hash tag: flows and locks touch many keys in one script, so all keys of a namespace live in one slot, the cards by which
 * processes find the company included.
 */
export function keyPrefix(namespace: string, owner: string): string {
  return `{${namespace}}-${owner}`;
}
