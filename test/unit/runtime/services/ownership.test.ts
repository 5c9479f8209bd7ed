import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { acquireOwnership } from '../../../../src/runtime/services/ownership.ts';
import { ServicesInUseError } from '../../../../src/runtime/services/service-error.ts';
import { temporaryDirectory } from '../../../fixtures/services/workspace.ts';

function lockedBy(entry: string): string {
  const directory = temporaryDirectory();
  mkdirSync(join(directory, 'lock'));
  writeFileSync(join(directory, 'lock', entry), '');
  return directory;
}

describe('the lock of a data directory', () => {
  it('has one owner, until it is released', () => {
    const directory = temporaryDirectory();
    const first = acquireOwnership(directory);
    expect(() => acquireOwnership(directory)).toThrow(ServicesInUseError);
    first.release();
    expect(readdirSync(directory)).toEqual([]);
    acquireOwnership(directory).release();
  });

  it('is taken over from a dead owner', () => {
    // Above every pid_max.
    const directory = lockedBy('99999999.boot-1');
    const owner = acquireOwnership(directory);
    expect(readdirSync(join(directory, 'lock'))).toEqual([`${owner.owner.pid}.${owner.owner.startedAt}`]);
  });

  it('is taken over when its pid now belongs to another process', () => {
    const directory = lockedBy(`${process.pid}.boot-1`);
    expect(acquireOwnership(directory).owner.pid).toBe(process.pid);
  });

  it('is taken when a crash left it empty, or left a prepared one', () => {
    const directory = temporaryDirectory();
    mkdirSync(join(directory, 'lock'));
    mkdirSync(join(directory, 'lock.1.boot-1'));
    acquireOwnership(directory).release();
    expect(existsSync(join(directory, 'lock'))).toBe(false);
  });

  it('that is not ours to understand is refused, with advice', () => {
    expect(() => acquireOwnership(lockedBy('something else'))).toThrow(
      expect.objectContaining({ code: 'services-in-use', advice: expect.stringContaining('remove it') as string }),
    );
  });
});
