import { Command } from 'commander';
import { VERSION } from '../paths.ts';
import { COMMAND_GROUPS } from './command-list.ts';
import { type CliIo } from './output/io.ts';

/**
 * Creates the `corp` command line. Commands throw; the caller reports errors. Loading every module takes longer than most
 * commands run, so a command that is not in `loaded` has only a name and a description, which is enough for `--help`.
 */
export async function createProgram(io: CliIo, loaded: readonly string[]): Promise<Command> {
  const program = new Command('corp')
    .description('An autonomous crypto trading company')
    .version(VERSION)
    // Otherwise a command with options of its own takes those of its subcommands.
    .enablePositionalOptions()
    .exitOverride()
    .configureHelp({ subcommandTerm: (command) => command.name() })
    .configureOutput({
      writeOut: (text) => io.print(text.trimEnd()),
      writeErr: (text) => io.complain(text.trimEnd()),
      // One line, the suggestion included: `corp: unknown option '--jsn' (Did you mean --json?)`.
      outputError: (text, write) =>
        write(
          text
            .trim()
            .replace(/^error:/, 'corp:')
            .replaceAll('\n', ' '),
        ),
    });
  for (const { heading, commands } of COMMAND_GROUPS) {
    program.commandsGroup(heading);
    for (const { name, description, load } of commands) {
      if (loaded.includes(name)) (await load())(program, io);
      else program.command(name);
      program.commands.at(-1)?.description(description);
    }
  }
  showUsageAfterErrors(program);
  return program;
}

function showUsageAfterErrors(command: Command): void {
  command.showHelpAfterError(`Usage: ${command.createHelp().commandUsage(command)}`);
  for (const child of command.commands) showUsageAfterErrors(child);
}
