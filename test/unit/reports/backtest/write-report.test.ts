import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { requireReportPath, writeReport } from '../../../../src/reports/backtest/write-report.ts';
import { playedInput } from './report-fixture.ts';

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'corp-report-'));
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

describe('a path that cannot be a report is refused before the work, in one line', () => {
  it.each([
    ['another ending', () => 'report.txt', /must be an \.html file\b/],
    ['no ending', () => 'report', /must be an \.html file\b/],
    [
      'a folder that is not there',
      () => join('nowhere', 'r.html'),
      /cannot be written \(ENOENT: no such file or directory\)/,
    ],
    [
      'a file where a folder should be',
      () => {
        writeFileSync(join(directory, 'file'), '');
        return join('file', 'r.html');
      },
      /cannot be written \(ENOTDIR: not a directory\)/,
    ],
    [
      'a folder of that name',
      () => {
        mkdirSync(join(directory, 'd.html'));
        return 'd.html';
      },
      /exists and is not a file/,
    ],
    ['a name that is too long', () => `${'x'.repeat(300)}.html`, /cannot be written \(ENAMETOOLONG/],
  ])('%s', async (_what, name, message) => {
    const before = readdirSync(directory).length;
    const path = join(directory, name());
    await expect(requireReportPath(path)).rejects.toMatchObject({
      code: 'bad-input',
      message: expect.stringMatching(message) as string,
    });
    expect(readdirSync(directory).length - before).toBeLessThanOrEqual(1);
  });

  it('a valid path leaves no draft, and an older report unchanged', async () => {
    await requireReportPath(join(directory, 'new.html'));
    expect(readdirSync(directory)).toEqual([]);
    writeFileSync(join(directory, 'old.HTM'), 'old');
    await requireReportPath(join(directory, 'old.HTM'));
    expect(readFileSync(join(directory, 'old.HTM'), 'utf8')).toBe('old');
  });
});

describe('writing', () => {
  it('replaces an older file by the complete page, and leaves no draft', async () => {
    const path = join(directory, 'r.html');
    writeFileSync(path, 'old');
    await writeReport(path, playedInput());
    expect(readdirSync(directory)).toEqual(['r.html']);
    const page = readFileSync(path, 'utf8');
    expect(page.startsWith('<!doctype html>')).toBe(true);
    expect(page.trimEnd().endsWith('</html>')).toBe(true);
  });

  it('leaves no partial page when it fails', async () => {
    const path = join(directory, 'd.html');
    mkdirSync(path);
    await expect(writeReport(path, playedInput())).rejects.toMatchObject({ code: 'bad-input' });
    expect(readdirSync(directory)).toEqual(['d.html']);
    expect(readdirSync(path)).toEqual([]);
  });
});
