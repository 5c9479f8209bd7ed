/** Rows that the application keeps and that are not domain values themselves. Times are epoch ms, wall clock unless said. */

export const AGENT_STATUSES = ['idle', 'busy', 'paused', 'error', 'stopped'] as const;
export type AgentStatus = (typeof AGENT_STATUSES)[number];

export interface AgentState {
  readonly agent: string;
  readonly node: string;
  readonly status: AgentStatus;
  readonly job?: string;
  readonly lastSeen: number;
  readonly startedAt: number;
  readonly completed: number;
  readonly failed: number;
  readonly busyMs: number;
  readonly lastError?: string;
}

export interface NodeState {
  readonly node: string;
  readonly host: string;
  readonly pid: number;
  readonly queues: readonly string[];
  /** Jobs of a queue at once, where the node was started with a number of its own; 0 for that of config/agents.yaml. */
  readonly concurrency: number;
  readonly version: string;
  /** Operating system, processor and Node, like `linux x64 node 20.20.0`. */
  readonly platform: string;
  readonly cores: number;
  /** Cores in use by its process, over the last interval: 1.5 is one and a half. */
  readonly cpu: number;
  readonly memoryBytes: number;
  /** Of its machine. */
  readonly totalMemoryBytes: number;
  /** Jobs in hand, of all queues. */
  readonly busyJobs: number;
  readonly draining: boolean;
  readonly startedAt: number;
  readonly lastSeen: number;
}

/** Unique by `queue`: the advice of the last census. */
export { type ScalingAdvice } from '../domain/scaling/wanted-nodes.ts';

/** A job that failed for good: visible, explained, can be retried. */
export interface DeadLetter {
  readonly queue: string;
  readonly jobId: string;
  readonly name: string;
  readonly code: string;
  readonly reason: string;
  /** What a person can do about it. */
  readonly advice: string;
  readonly attempts: number;
  readonly data: unknown;
  readonly failedAt: number;
  readonly retriedAt?: number;
}

export interface Alert {
  /** Two alerts with one key are one alert. */
  readonly key: string;
  /** The trading account that it concerns, if one. */
  readonly account?: string;
  readonly severity: 'info' | 'warning' | 'critical';
  readonly title: string;
  readonly text: string;
  /** Wall time, epoch ms. */
  readonly at: number;
}

export { type AuditEntry, type AuditRecord } from '../domain/audit/chain.ts';

/** Where the feed of a source stands. */
export interface FeedState {
  readonly source: string;
  /** Market time, epoch ms. */
  readonly now: number;
  readonly updatedAt: number;
}
