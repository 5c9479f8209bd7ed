import { type Job } from 'bullmq';
import { createAgentMonitor, type AgentMonitor } from '../../../../processors/agent/agent-monitor.ts';
import { type AgentDeps } from '../../../../processors/agent/define-agent.ts';
import { nextAuditRecord } from '../../../../src/domain/audit/chain.ts';
import { type Clock } from '../../../../src/ports/clock.ts';
import { silent } from '../../../fixtures/silent-logger.ts';
import { type AuditEntry } from '../../../../src/ports/records.ts';
import { type AuditStore } from '../../../../src/ports/stores.ts';

export const NOON = Date.UTC(2025, 5, 1, 12);

export interface ManualClock extends Clock {
  pass(ms: number): void;
}

export function manualClock(start = NOON): ManualClock {
  let time = start;
  return {
    now: () => time,
    pass(ms) {
      time += ms;
    },
  };
}

export interface TestDeps extends AgentDeps {
  readonly clock: ManualClock;
  readonly monitor: AgentMonitor;
  /** Entries of the audit log, oldest first. */
  readonly entries: AuditEntry[];
}

export function testDeps(): TestDeps {
  const clock = manualClock();
  const entries: AuditEntry[] = [];
  const audit: Pick<AuditStore, 'append'> = {
    async append(entry) {
      if (!entries.some(({ key }) => key === entry.key)) entries.push(entry);
      return nextAuditRecord(null, entry);
    },
  };
  return {
    clock,
    log: silent,
    audit: audit as AuditStore,
    monitor: createAgentMonitor('agent', 'node', clock),
    entries,
  };
}

/** A job as BullMQ passes it to a processor; only the fields that the wrapper reads. */
export function jobWith(name: string, data: unknown, fields: Partial<Job> = {}): Job {
  const defaults = { id: 'job-1', attemptsMade: 0, attemptsStarted: 1, opts: { attempts: 5 } };
  return { ...defaults, name, data, ...fields } as Job;
}
