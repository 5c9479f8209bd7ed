import { processEnvironment, type Environment } from '../../../config/process-environment.ts';
import { formatTable, type Row } from './table.ts';

/** The environment of a command: variables, working directory and output streams. */
export interface CliIo {
  readonly environment: Environment;
  readonly cwd: string;
  /** Whether standard error, where progress is shown, is a terminal. */
  readonly isTTY: boolean;
  /** Standard error, for logs, progress and errors. Standard output contains the result only. */
  readonly terminal: NodeJS.WritableStream;
  /** Prints a line on standard output. */
  print(line: string): void;
  /** Prints a line on standard error. */
  complain(line: string): void;
  /** Prints the JSON document of a command with `--json`. */
  json(document: unknown): void;
  /** Prints an aligned table, or the line `empty` when there are no rows. */
  table(rows: readonly Row[], empty: string): void;
}

export interface CliStreams {
  readonly stdout: NodeJS.WritableStream;
  readonly stderr: NodeJS.WritableStream & { readonly isTTY?: boolean };
}

/** A file may have any name, and must not steer the terminal by it. */
const withoutControls = (text: string): string =>
  text.replaceAll(/(?![\n\t])\p{Cc}/gu, (character) => `\\x${character.charCodeAt(0).toString(16).padStart(2, '0')}`);

/** Creates a CliIo over any pair of streams. */
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
    complain: (line) => void stderr.write(`${withoutControls(line)}\n`),
    json: (document) => print(JSON.stringify(document)),
    table: (rows, empty) => print(rows.length === 0 ? empty : formatTable(rows)),
  };
}

/** Writing failed because nobody reads: a closed pipe (`corp orders | head`), or a closed terminal. */
const UNREAD: readonly (string | undefined)[] = ['EPIPE', 'EIO'];

/** Creates the CliIo of this process. */
export function processIo(): CliIo {
  for (const stream of [process.stdout, process.stderr]) {
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (!UNREAD.includes(error.code)) process.exitCode = 1;
    });
  }
  return createIo(process, { environment: processEnvironment(), cwd: process.cwd() });
}
