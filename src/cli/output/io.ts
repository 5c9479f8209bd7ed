import { processEnvironment, type Environment } from '../../../config/process-environment.ts';
import { formatTable, type Row } from './table.ts';

/** Everything a command sees of the world around its process. */
export interface CliIo {
  readonly environment: Environment;
  readonly cwd: string;
  /** Whether a person looks at standard error, where progress is shown. */
  readonly isTTY: boolean;
  /** Standard error: logs, progress and complaints go here, so that standard output belongs to the answer. */
  readonly terminal: NodeJS.WritableStream;
  /** A line on standard output. */
  print(line: string): void;
  /** A line on standard error. */
  complain(line: string): void;
  /** The one JSON document of a command with `--json`. */
  json(document: unknown): void;
  /** An aligned table, or the line `empty` when there is nothing to show. */
  table(rows: readonly Row[], empty: string): void;
}

export interface CliStreams {
  readonly stdout: NodeJS.WritableStream;
  readonly stderr: NodeJS.WritableStream & { readonly isTTY?: boolean };
}

/** What `CliIo` writes, over any pair of streams. */
export function createIo(
  { stdout, stderr }: CliStreams,
  { environment, cwd }: Pick<CliIo, 'environment' | 'cwd'>,
): CliIo {
  const print = (line: string): void => void stdout.write(`${line}\n`);
  return {
    environment,
    cwd,
    isTTY: stderr.isTTY === true,
    terminal: stderr,
    print,
    complain: (line) => void stderr.write(`${line}\n`),
    json: (document) => print(JSON.stringify(document)),
    table: (rows, empty) => print(rows.length === 0 ? empty : formatTable(rows)),
  };
}

/** The process's own streams. A reader that has gone (`corp orders | head`) ends the writing, not with a trace. */
export function processIo(): CliIo {
  for (const stream of [process.stdout, process.stderr]) {
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EPIPE') process.exitCode = 1;
    });
  }
  return createIo(process, { environment: processEnvironment(), cwd: process.cwd() });
}
