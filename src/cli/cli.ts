/** What main.ts runs: this module, or for a command that only reads the bundle that scripts/bundle/program.mjs makes of it. */
export { processIo } from './output/io.ts';
export { run } from './run.ts';
