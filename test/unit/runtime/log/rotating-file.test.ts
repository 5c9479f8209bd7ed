import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { createRotatingFile } from '../../../../src/runtime/log/rotating-file.ts';

function place() {
  const parent = mkdtempSync(join(tmpdir(), 'corp-rotate-'));
  onTestFinished(() => rmSync(parent, { recursive: true, force: true }));
  const directory = join(parent, 'trades');
  const complaints: string[] = [];
  let time = 0;
  const open = (maxFileBytes = 1000, keepFiles = 3) =>
    createRotatingFile({
      directory,
      maxFileBytes,
      keepFiles,
      complain: (line) => complaints.push(line),
      now: () => time,
    });
  const lines = (): string =>
    readdirSync(directory)
      .map((name) => readFileSync(join(directory, name), 'utf8'))
      .join('');
  return { directory, complaints, open, lines, pass: (ms: number) => (time += ms) };
}

const line = (text: string): string => `${text.padEnd(99, '.')}\n`;

it('follows a full file by another one of its day, and keeps the newest', async () => {
  const { directory, open, lines } = place();
  const file = open();
  for (let i = 0; i < 100; i += 1) file.write(line(`line ${i}`));
  await file.close();
  const again = open();
  again.write(line('last'));
  await again.close();
  await expect.poll(() => readdirSync(directory).length).toBe(3);
  for (const name of readdirSync(directory)) expect(name).toMatch(/^\d{4}-\d\d-\d\d(\.\d+)?\.log$/);
  expect(lines()).toContain('last');
  expect(lines()).toContain('line 99');
  expect(lines()).not.toContain('line 1.');
});

it('goes on when the directory cannot be made, says so once, and writes again when it can', async () => {
  const { directory, complaints, open, lines, pass } = place();
  writeFileSync(directory, 'a file is in the way');
  const file = open();
  file.write(line('one'));
  await expect.poll(() => complaints.length).toBe(1);
  expect(complaints[0]).toMatch(/cannot be written: .*(ENOTDIR|EEXIST|not a directory)/);
  file.write(line('two'));
  rmSync(directory);
  file.write(line('three: too soon'));
  pass(10_001);
  file.write(line('four'));
  await expect.poll(() => complaints.length).toBe(2);
  expect(complaints[1]).toMatch(/are written again; 3 lines are missing/);
  await file.close();
  expect(lines()).toBe(line('four'));
});

it('notices that its directory was removed', async () => {
  const { directory, complaints, open, lines, pass } = place();
  const file = open();
  file.write(line('one'));
  await expect.poll(() => existsSync(directory) && lines()).toBe(line('one'));
  rmSync(directory, { recursive: true });
  pass(5_001);
  file.write(line('two: to the removed file'));
  await expect.poll(() => complaints.length).toBe(1);
  file.write(line('three'));
  await expect.poll(() => complaints.length).toBe(2);
  await file.close();
  expect(lines()).toBe(line('three'));
});

it('closes at once when nothing was written, or nothing can be', async () => {
  const { directory, open } = place();
  await open().close();
  writeFileSync(directory, 'a file is in the way');
  const file = open();
  file.write(line('one'));
  await file.close();
});
