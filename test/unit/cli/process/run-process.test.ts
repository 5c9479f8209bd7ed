import { beforeEach, describe, expect, it, vi } from 'vitest';
import { loadCliConfig } from '../../../../src/cli/process/load-cli-config.ts';
import { aborted, runProcess, type ProcessRun } from '../../../../src/cli/process/run-process.ts';
import { recordedIo } from '../recorded-io.ts';

/** Signals are emitted on `process`; process.exit is recorded instead of executed. */
describe('runProcess', () => {
  const exits: (number | undefined)[] = [];
  beforeEach(() => {
    exits.length = 0;
    vi.spyOn(process, 'exit').mockImplementation((code) => {
      exits.push(code as number);
      return undefined as never;
    });
    return () => vi.restoreAllMocks();
  });

  const shell = <T>(finishes: boolean, use: (run: ProcessRun) => Promise<T>): Promise<T | undefined> => {
    const { io } = recordedIo();
    const config = loadCliConfig(io);
    return runProcess(io, { config, finishes, keepsLogs: false, stopWithinMs: 20_000 }, use);
  };

  it('releases resources, last opened first, and returns the result', async () => {
    const released: string[] = [];
    const answer = await shell(true, async ({ cleanup }) => {
      cleanup.push('first', () => void released.push('first'));
      cleanup.push('second', () => void released.push('second'));
      return 7;
    });
    expect({ answer, released, exits }).toEqual({ answer: 7, released: ['second', 'first'], exits: [] });
  });

  it.each([
    ['one that serves was done', false, 0],
    ['one that should have finished was not', true, 143],
  ])('the first signal ends the command in order: %s', async (_, finishes, code) => {
    const released: string[] = [];
    await shell(finishes, async ({ cleanup, stop }) => {
      cleanup.push('it', () => void released.push('it'));
      process.emit('SIGTERM', 'SIGTERM');
      await aborted(stop);
    });
    await vi.waitFor(() => expect(exits).toEqual([code]));
    expect(released).toEqual(['it']);
  });

  it('reports an error after a signal only for a command that should finish', async () => {
    const interrupted = async (): Promise<never> => {
      process.emit('SIGINT', 'SIGINT');
      throw new Error('connection closed');
    };
    expect(await shell(false, interrupted)).toBeUndefined();
    await expect(shell(true, interrupted)).rejects.toThrow('connection closed');
    await vi.waitFor(() => expect(exits).toEqual([0, 130]));
  });

  it('ends with a fatal error', async () => {
    const serving = shell(false, async ({ stop, fail }) => {
      fail(new Error('the store is gone'));
      await aborted(stop);
    });
    await expect(serving).rejects.toThrow('the store is gone');
    expect(exits).toEqual([]);
  });
});
