import { type FileHandle } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { createLogWriter } from '../../../src/adapters/embedded/log-writer.ts';

/** A file that remembers what was asked of it; `refuse` is the disk saying no. */
function recordingFile(refuse?: Error) {
  const steps: string[] = [];
  const file = {
    async appendFile(bytes: Buffer) {
      if (refuse !== undefined) throw refuse;
      steps.push(`write ${bytes.toString()}`);
    },
    async datasync() {
      steps.push('sync');
    },
    async close() {
      steps.push('close');
    },
  };
  return { file: file as unknown as FileHandle, steps };
}

const neverFails = (error: Error): never => {
  throw error;
};

describe('log writer', () => {
  it('lets records that arrive during a sync share the next one, and settles only after it', async () => {
    const { file, steps } = recordingFile();
    const writer = createLogWriter(file, 0, neverFails);
    writer.append(Buffer.from('a'));
    const first = writer.settled().then(() => steps.push('a settled'));
    await Promise.resolve();
    for (const text of ['b', 'c', 'd']) writer.append(Buffer.from(text));
    await Promise.all([first, writer.settled().then(() => steps.push('bcd settled'))]);
    expect(steps).toEqual(['write a', 'sync', 'a settled', 'write bcd', 'sync', 'bcd settled']);
    expect(writer.size).toBe(4);
  });

  it('completes the old file before the new one is opened', async () => {
    const [old, next] = [recordingFile(), recordingFile()];
    const writer = createLogWriter(old.file, 0, neverFails);
    writer.append(Buffer.from('a'));
    await Promise.all([
      writer.rotate(async () => {
        old.steps.push('opened next');
        return next.file;
      }),
      Promise.resolve().then(() => writer.append(Buffer.from('b'))),
    ]);
    await writer.settled();
    expect(old.steps).toEqual(['write a', 'sync', 'opened next', 'close']);
    expect(next.steps).toEqual(['write b', 'sync']);
  });

  it('goes on in the old file when the new one cannot be opened', async () => {
    const { file, steps } = recordingFile();
    const writer = createLogWriter(file, 0, neverFails);
    await expect(writer.rotate(() => Promise.reject(new Error('no space')))).rejects.toThrow('no space');
    writer.append(Buffer.from('a'));
    await writer.settled();
    expect(steps).toEqual(['write a', 'sync']);
  });

  it('never answers again once the disk has refused a write', async () => {
    const failures: Error[] = [];
    const writer = createLogWriter(recordingFile(new Error('no space')).file, 0, (error) => failures.push(error));
    writer.append(Buffer.from('a'));
    await expect(writer.settled()).rejects.toThrow('no space');
    writer.append(Buffer.from('b'));
    await expect(writer.settled()).rejects.toThrow('no space');
    expect(() => writer.assertSound()).toThrow('can no longer write its log: no space');
    expect(failures.length).toBe(1);
    await writer.close();
  });
});
