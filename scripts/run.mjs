/**
 * Entry point of the scripts in package.json and of `.ci/run`. Installs and builds what is missing; when nothing is, this
 * takes only a few hashes. Imports only Node built-ins, directly and indirectly, because node_modules may be missing.
 * Notices go to standard error; standard output belongs to the program.
 */
import { missingNodeVersion, newerNodeAdvice } from './node-version.mjs';

const wanted = missingNodeVersion();
if (wanted !== null) {
  process.stderr.write(
    `Node ${process.versions.node} is too old: this project needs Node ${wanted}.\n${newerNodeAdvice()}\n`,
  );
  process.exit(2);
}
// Imported after the check: an older Node may fail to parse it.
const { commands } = await import('./commands.mjs');
const [name = '', ...rest] = process.argv.slice(2);
const command = Object.hasOwn(commands, name) ? commands[name] : undefined;
if (command === undefined) {
  process.stderr.write(`Unknown command "${name}": use ${Object.keys(commands).join(', ')}\n`);
  process.exit(2);
}
try {
  process.exitCode = await command(rest);
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}
