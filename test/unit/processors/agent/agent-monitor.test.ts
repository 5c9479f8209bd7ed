import { describe, expect, it } from 'vitest';
import { createAgentMonitor } from '../../../../processors/agent/agent-monitor.ts';
import { manualClock, NOON } from './agent-fixture.ts';

describe("an agent's state", () => {
  const open = () => {
    const clock = manualClock();
    const monitor = createAgentMonitor('trader', 'node-1', clock);
    return { clock, monitor, status: () => monitor.snapshot().status };
  };

  it('is idle, then busy with its oldest job, then idle', () => {
    const { clock, monitor } = open();
    expect(monitor.snapshot()).toEqual({
      agent: 'trader',
      node: 'node-1',
      status: 'idle',
      lastSeen: NOON,
      startedAt: NOON,
      completed: 0,
      failed: 0,
      busyMs: 0,
    });
    monitor.jobStarted('execute/1');
    clock.pass(10);
    monitor.jobStarted('execute/2');
    clock.pass(5);
    expect(monitor.snapshot()).toMatchObject({ status: 'busy', job: 'execute/1', lastSeen: NOON + 15 });
    expect(monitor.longestJobMs()).toBe(15);
    monitor.jobEnded('execute/1', 15);
    expect(monitor.snapshot()).toMatchObject({ status: 'busy', job: 'execute/2' });
    expect(monitor.longestJobMs()).toBe(5);
    monitor.jobEnded('execute/2', 5);
    expect(monitor.snapshot()).toMatchObject({ status: 'idle', completed: 2, busyMs: 20 });
    expect(monitor.longestJobMs()).toBe(0);
  });

  it('is error after a failure until a job succeeds, and keeps the last error', () => {
    const { monitor, status } = open();
    monitor.jobStarted('execute/1');
    monitor.jobEnded('execute/1', 1, 'venue down');
    expect(monitor.snapshot()).toMatchObject({ status: 'error', failed: 1, completed: 0, lastError: 'venue down' });
    monitor.jobStarted('execute/2');
    expect(status()).toBe('busy');
    monitor.jobEnded('execute/2', 1);
    expect(monitor.snapshot()).toMatchObject({ status: 'idle', failed: 1, completed: 1, lastError: 'venue down' });
  });

  it('is paused while its queue is paused, after its running jobs have ended', () => {
    const { monitor, status } = open();
    monitor.jobStarted('execute/1');
    monitor.setPaused(true);
    expect(status()).toBe('busy');
    monitor.jobEnded('execute/1', 1);
    expect(status()).toBe('paused');
    monitor.setPaused(false);
    expect(status()).toBe('idle');
  });

  it('stays stopped', () => {
    const { monitor, status } = open();
    monitor.jobStarted('execute/1');
    monitor.stopped();
    monitor.setPaused(true);
    expect(status()).toBe('stopped');
  });
});
