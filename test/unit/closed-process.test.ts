import { execFile, spawn, spawnSync } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { createWriteStream, mkdirSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { open, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { connect } from 'node:net';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { takeRefused } from '../closed-process.ts';
import { temporaryDirectory } from '../fixtures/services/workspace.ts';

const OUTSIDE = join(process.cwd(), 'written-by-a-fast-test');

describe('a test of the project fast', () => {
  it.each<[string, () => unknown]>([
    ['starts a process', () => spawn('true')],
    ['waits for a process', () => spawnSync('true')],
    ['runs a file', () => execFile('true')],
    ['connects', () => connect(1)],
    ['listens', () => createServer().listen(0)],
    ['sends a datagram', () => createSocket('udp4').send('x', 1)],
    ['writes a file', () => writeFileSync(OUTSIDE, '')],
    ['makes a folder', () => mkdirSync(OUTSIDE)],
    ['removes a file', () => rmSync(OUTSIDE)],
    ['opens a file to write', () => openSync(OUTSIDE, 'w')],
    ['streams into a file', () => createWriteStream(OUTSIDE)],
    ['writes a file as a promise', () => writeFile(OUTSIDE, '')],
    ['opens a file to append as a promise', () => open(OUTSIDE, 'a')],
  ])('is refused when it %s', (_what, act) => {
    expect(act).toThrow('tests of the project fast open nothing outside their process');
    expect(takeRefused()).toHaveLength(1);
  });

  it('may read, and write into the temporary folder', async () => {
    const path = join(temporaryDirectory(), 'file');
    writeFileSync(path, 'written');
    const file = await open(path, 'a');
    await file.writeFile(' twice');
    await file.close();
    expect(readFileSync(path, 'utf8')).toBe('written twice');
    expect(readFileSync(join(process.cwd(), 'package.json'), 'utf8')).toContain('"name"');
  });
});
