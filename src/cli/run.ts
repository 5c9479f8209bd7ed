import { CommanderError } from 'commander';
import { wantedCommand } from './command-list.ts';
import { type CliIo } from './output/io.ts';
import { createProgram } from './program.ts';

/** Runs one command line; returns the exit code. @param args without interpreter and program. */
export async function run(args: readonly string[], io: CliIo): Promise<number> {
  try {
    const wanted = wantedCommand(args);
    const program = await createProgram(io, wanted === undefined ? [] : [wanted.name]);
    await program.parseAsync([...args], { from: 'user' });
    return 0;
  } catch (error) {
    // Commander has already printed the message and the usage.
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
    const { reportError } = await import('./output/report-error.ts');
    return reportError(error, io);
  }
}
