import { open, rename, rm, stat, writeFile } from 'node:fs/promises';
import { AppError, errorText } from '../../domain/errors.ts';
import { readClientFiles } from './client-files.ts';
import { renderReport } from './render-report.ts';
import { type ReportInput } from './report-input.ts';

/** Checks before the long work that the report can be written. @throws AppError `bad-input` with the reason. */
export async function requireReportPath(path: string): Promise<void> {
  if (!/\.html?$/i.test(path)) throw refused(path, 'a report must be an .html file', 'Use a name that ends in .html');
  const found = await stat(path).catch(() => null);
  if (found !== null && !found.isFile()) throw refused(path, 'exists and is not a file', 'Choose another name');
  await orRefuse(path, async () => {
    await (await open(draftOf(path), 'w')).close();
    await rm(draftOf(path));
  });
}

/** Writes the report atomically: a complete draft is renamed. @throws AppError `bad-input` when it cannot be written. */
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

/** Next to the file, because a rename must stay on one disk; with the pid, because two processes may write at once. */
const draftOf = (path: string): string => `${path}.${process.pid}.draft`;

async function orRefuse(path: string, write: () => Promise<void>): Promise<void> {
  try {
    await write();
  } catch (cause) {
    // Remove the path of the draft from the system's message.
    const problem = errorText(cause).replace(/, \w+ '.*$/s, '');
    throw refused(path, `cannot be written (${problem})`, 'Use an existing folder that you can write to', cause);
  }
}

const refused = (path: string, problem: string, advice: string, cause?: unknown): AppError =>
  new AppError('bad-input', `--report ${path}: ${problem}`, { advice, cause });
