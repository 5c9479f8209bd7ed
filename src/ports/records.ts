/** Stored rows that are not domain values. Times are epoch ms of the wall clock unless noted. */

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
  /** Concurrent jobs per queue when set for this node; 0 for the value of config/agents.yaml. */
  readonly concurrency: number;
  readonly version: string;
  /** Operating system, processor and Node, like `linux x64 node 20.20.0`. */
  readonly platform: string;
  readonly cores: number;
  /** CPU cores used by the process over the last interval, as a fraction: 1.5 is one and a half cores. */
  readonly cpu: number;
  readonly memoryBytes: number;
  /** Total memory of the machine. */
  readonly totalMemoryBytes: number;
  /** Running jobs of all queues. */
  readonly busyJobs: number;
  readonly draining: boolean;
  readonly startedAt: number;
  readonly lastSeen: number;
}

/** Scaling advice, unique by `queue`. */
export { type ScalingAdvice } from '../domain/scaling/wanted-nodes.ts';

/** A job that failed permanently; it can be inspected and retried. */
export interface DeadLetter {
  readonly queue: string;
  readonly jobId: string;
  readonly name: string;
  readonly code: string;
  readonly reason: string;
  /** What a person can do to fix it. */
  readonly advice: string;
  readonly attempts: number;
  readonly data: unknown;
  readonly failedAt: number;
  readonly retriedAt?: number;
}

export interface Alert {
  /** Alerts with the same key are one alert. */
  readonly key: string;
  /** Trading account, if the alert concerns one. */
  readonly account?: string;
  readonly severity: 'info' | 'warning' | 'critical';
  readonly title: string;
  readonly text: string;
  /** Wall time, epoch ms. */
  readonly at: number;
}

export { type AuditEntry, type AuditRecord } from '../domain/audit/chain.ts';

/** Position of a source's feed. */
export interface FeedState {
  readonly source: string;
  /** Market time, epoch ms. */
  readonly now: number;
  readonly updatedAt: number;
}
