import { open, rename, rm, stat, writeFile } from 'node:fs/promises';
import { AppError, errorText } from '../../domain/errors.ts';
import { readClientFiles } from './client-files.ts';
import { renderReport } from './render-report.ts';
import { type ReportInput } from './report-input.ts';

/** A place that cannot be written is found here, before the long work. @throws AppError `bad-input` saying why. */
export async function requireReportPath(path: string): Promise<void> {
  if (!/\.html?$/i.test(path)) throw refused(path, 'a report is an .html file', 'Let its name end in .html');
  const found = await stat(path).catch(() => null);
  if (found !== null && !found.isFile()) throw refused(path, 'is there already and is no file', 'Choose another name');
  await orRefuse(path, async () => {
    await (await open(draftOf(path), 'w')).close();
    await rm(draftOf(path));
  });
}

/** The whole file or none: it takes its name once it is complete. @throws AppError `bad-input` when it cannot be written. */
export async function writeReport(path: string, input: ReportInput): Promise<void> {
  const page = renderReport(input, await readClientFiles());
  await orRefuse(path, async () => {
    try {
      await writeFile(draftOf(path), page);
      await rename(draftOf(path), path);
    } catch (error) {
      await rm(draftOf(path), { force: true });
      throw error;
    }
  });
}

/** Beside the file, since a rename stays within one disk; with the process's number, since two may write at once. */
const draftOf = (path: string): string => `${path}.${process.pid}.draft`;

async function orRefuse(path: string, write: () => Promise<void>): Promise<void> {
  try {
    await write();
  } catch (cause) {
    // The rest of the system's sentence names the draft.
    const problem = errorText(cause).replace(/, \w+ '.*$/s, '');
    throw refused(path, `cannot be written (${problem})`, 'Name a file in a folder that is there and is yours', cause);
  }
}

const refused = (path: string, problem: string, advice: string, cause?: unknown): AppError =>
  new AppError('bad-input', `--report ${path}: ${problem}`, { advice, cause });
