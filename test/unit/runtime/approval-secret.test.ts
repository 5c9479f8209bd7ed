import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { approvalSecret } from '../../../src/runtime/approval-secret.ts';

let directory: string;
beforeEach(() => (directory = mkdtempSync(join(tmpdir(), 'corp-secret-'))));
afterEach(() => rmSync(directory, { recursive: true }));

describe('the signing secret', () => {
  it('is created once, for its owner only', () => {
    const secret = approvalSecret(undefined, directory);
    expect(secret).toMatch(/^[0-9a-f]{64}$/);
    expect(approvalSecret(undefined, directory)).toBe(secret);
    expect(statSync(join(directory, 'approval-secret')).mode & 0o777).toBe(0o600);
  });

  it.each(['', '\n', 'x'.repeat(31), `${' '.repeat(40)}x`])('of the file %j is refused and kept', (content) => {
    const path = join(directory, 'approval-secret');
    writeFileSync(path, content);
    expect(() => approvalSecret(undefined, directory)).toThrow(`${path} is damaged: it has less than 32 bytes`);
    expect(readFileSync(path, 'utf8')).toBe(content);
  });
});
