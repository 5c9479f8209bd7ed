/** What main.ts runs: this module, or one of the bundles that scripts/bundle/program.mjs makes of it. */
export { processIo } from './output/io.ts';
export { run } from './run.ts';
