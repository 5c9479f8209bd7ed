/**
 * What the scripts of package.json and `.ci/run` run. On a new machine each installs and builds what is missing;
 * on a ready one that costs a few hashes. Only Node built-ins here and in everything imported: node_modules may be missing.
 * Notices go to standard error, so that standard output belongs to the program.
 */
import { missingNodeVersion, newerNodeAdvice } from './node-version.mjs';

const wanted = missingNodeVersion();
if (wanted !== null) {
  process.stderr.write(
    `Node ${process.versions.node} is too old: this project needs Node ${wanted}.\n${newerNodeAdvice()}\n`,
  );
  process.exit(2);
}
// Only now: an older Node may not even parse the rest.
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
