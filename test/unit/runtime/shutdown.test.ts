import { EventEmitter } from 'node:events';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { installShutdown, type ShutdownOptions } from '../../../src/runtime/shutdown.ts';
import { recordingLog } from '../../fixtures/services/recording-log.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

function install(stop: ShutdownOptions['stop']) {
  const source = new EventEmitter();
  const exit = vi.fn<(code: number) => void>();
  const shutdown = installShutdown({ stop, log: recordingLog(), deadlineMs: 5000, source, exit });
  return { source, exit, shutdown, press: (signal: string) => source.emit(signal, signal) };
}
const never = (): Promise<void> => new Promise(() => undefined);

describe('the shutdown', () => {
  it.each(['SIGINT', 'SIGTERM', 'SIGHUP'])('stops on %s and exits with 0', async (signal) => {
    const stop = vi.fn<ShutdownOptions['stop']>(async () => undefined);
    const { exit, shutdown, press } = install(stop);
    expect(shutdown.requested.aborted).toBe(false);
    press(signal);
    await vi.runAllTimersAsync();
    expect(stop.mock.calls).toEqual([[signal]]);
    expect(exit.mock.calls).toEqual([[0]]);
    expect(shutdown.requested.aborted).toBe(true);
  });

  it('exits with 1 when the stop fails', async () => {
    const { exit, press } = install(async () => Promise.reject(new Error('no')));
    press('SIGTERM');
    await vi.runAllTimersAsync();
    expect(exit.mock.calls).toEqual([[1]]);
  });

  it('treats copies of one key press as one request', async () => {
    const stop = vi.fn<ShutdownOptions['stop']>(never);
    const { exit, press } = install(stop);
    press('SIGINT');
    press('SIGINT');
    await vi.advanceTimersByTimeAsync(400);
    press('SIGTERM');
    expect(stop).toHaveBeenCalledTimes(1);
    expect(exit).not.toHaveBeenCalled();
  });

  it.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
    ['SIGHUP', 129],
  ])('exits at once on a second %s, with %i', async (signal, code) => {
    const { exit, press } = install(never);
    press('SIGINT');
    await vi.advanceTimersByTimeAsync(600);
    press(signal);
    expect(exit.mock.calls).toEqual([[code]]);
  });

  it('exits at the deadline when the stop hangs', async () => {
    const { exit, press } = install(never);
    press('SIGTERM');
    await vi.advanceTimersByTimeAsync(4999);
    expect(exit).not.toHaveBeenCalled();
    await vi.advanceTimersByTimeAsync(1);
    expect(exit.mock.calls).toEqual([[143]]);
  });

  it('removes its signal handlers', () => {
    const { source, shutdown } = install(never);
    shutdown.uninstall();
    expect(source.eventNames()).toEqual([]);
  });
});
