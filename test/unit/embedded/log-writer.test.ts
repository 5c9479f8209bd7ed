import { type FileHandle } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { createLogWriter } from '../../../src/adapters/embedded/log-writer.ts';

/** A file that records its calls; `refuse` is the error of a failing disk. */
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
  return { log: { file: file as unknown as FileHandle, size: 0 }, steps };
}

const neverFails = (error: Error): never => {
  throw error;
};

describe('log writer', () => {
  it('lets records that arrive during a sync share the next one, and settles only after it', async () => {
    const { log, steps } = recordingFile();
    const writer = createLogWriter(log, neverFails);
    writer.append(Buffer.from('a'));
    const first = writer.settled().then(() => steps.push('a settled'));
    await Promise.resolve();
    await Promise.resolve();
    for (const text of ['b', 'c', 'd']) writer.append(Buffer.from(text));
    await Promise.all([first, writer.settled().then(() => steps.push('bcd settled'))]);
    expect(steps).toEqual(['write a', 'sync', 'a settled', 'write bcd', 'sync', 'bcd settled']);
    expect(writer.size()).toBe(4);
  });

  it('completes the old file before it creates the new one, and writes nothing meanwhile', async () => {
    const [old, next] = [recordingFile(), recordingFile()];
    const writer = createLogWriter(old.log, neverFails);
    writer.append(Buffer.from('a'));
    await writer.replaceFile(async () => {
      old.steps.push('made next');
      writer.append(Buffer.from('b'));
      await Promise.resolve();
      return { ...next.log, size: 100 };
    });
    await writer.settled();
    expect(old.steps).toEqual(['write a', 'sync', 'made next', 'close']);
    expect(next.steps).toEqual(['write b', 'sync']);
    expect(writer.size()).toBe(101);
  });

  it.each(['a write', 'the replacement of the file'])('always rejects after the disk has refused %s', async (what) => {
    const failures: Error[] = [];
    const refusal = new Error('no space');
    const file = recordingFile(what === 'a write' ? refusal : undefined);
    const writer = createLogWriter(file.log, (error) => failures.push(error));
    if (what === 'a write') writer.append(Buffer.from('a'));
    else await expect(writer.replaceFile(() => Promise.reject(refusal))).rejects.toThrow('no space');
    await expect(writer.settled()).rejects.toThrow('can no longer write its log: no space');
    writer.append(Buffer.from('b'));
    await expect(writer.settled()).rejects.toThrow('no space');
    expect(failures).toEqual([refusal]);
    expect(file.steps).toEqual([]);
    await writer.close();
  });
});
