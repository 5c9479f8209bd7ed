import { type AgentState, type AgentStatus } from '../../src/ports/records.ts';
import { type Clock } from '../../src/ports/clock.ts';

/**
 * In-memory state of one agent on one node. The heartbeat writes it to the store at intervals: a write for every job
 * would cost more than most jobs.
 *
 * State machine: idle -> busy -> idle; busy -> error when an attempt at a job failed, until one succeeds;
 * any -> paused while its queue is paused; any -> stopped when its worker closes.
 */
export interface AgentMonitor {
  jobStarted(job: string): void;
  jobEnded(job: string, ms: number, failure?: string): void;
  runningJobs(): number;
  /** Age of the oldest running job, ms. */
  longestJobMs(): number;
  setPaused(paused: boolean): void;
  stopped(): void;
  snapshot(): AgentState;
}

export function createAgentMonitor(agent: string, node: string, clock: Clock): AgentMonitor {
  const startedAt = clock.now();
  /** Start time of each running job, oldest first. */
  const running = new Map<string, number>();
  let completed = 0;
  let failed = 0;
  let busyMs = 0;
  let lastError: string | undefined;
  let erroneous = false;
  let paused = false;
  let closed = false;

  const status = (): AgentStatus => {
    if (closed) return 'stopped';
    if (running.size > 0) return 'busy';
    if (paused) return 'paused';
    return erroneous ? 'error' : 'idle';
  };

  return {
    jobStarted(job) {
      running.set(job, clock.now());
    },
    jobEnded(job, ms, failure) {
      running.delete(job);
      busyMs += ms;
      if (failure === undefined) {
        completed += 1;
        erroneous = false;
      } else {
        failed += 1;
        erroneous = true;
        lastError = failure;
      }
    },
    runningJobs: () => running.size,
    longestJobMs() {
      const [since] = running.values();
      return since === undefined ? 0 : clock.now() - since;
    },
    setPaused(value) {
      paused = value;
    },
    stopped() {
      closed = true;
    },
    snapshot() {
      const [job] = running.keys();
      return {
        agent,
        node,
        status: status(),
        ...(job !== undefined && { job }),
        lastSeen: clock.now(),
        startedAt,
        completed,
        failed,
        busyMs: Math.round(busyMs),
        ...(lastError !== undefined && { lastError }),
      };
    },
  };
}
