import { type CliIo } from './output/io.ts';
import { createProgram } from './program.ts';
import { reportError } from './output/report-error.ts';

/** Runs one command line; gives the exit code. @param args without interpreter and program. */
export async function run(args: readonly string[], io: CliIo): Promise<number> {
  try {
    const program = await createProgram(io, args[0]);
    await program.parseAsync([...args], { from: 'user' });
    return 0;
  } catch (error) {
    return reportError(error, io);
  }
}
