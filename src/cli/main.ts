#!/usr/bin/env node
import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';
import { bundlePath } from '../paths.ts';
import type * as Cli from './cli.ts';
import { CACHE_DIRECTORY, HAS_COMPILE_CACHE, useCompileCache } from './compile-cache.ts';

const IS_BUILT = import.meta.url.endsWith('.js');

useCompileCache();
const args = process.argv.slice(2);
// Dynamic imports: static ones would be compiled before the cache is enabled.
const { callOnlyReads, wantedCommand } = await import('./command-list.ts');
const wanted = wantedCommand(args);
// One cycle and no more; what runs for longer than seconds gains from optimised code.
if (wanted?.name === 'cycle' || (wanted?.name === 'bench' && args.includes('cycle'))) {
  const { compileLess } = await import('./compile-less.ts');
  compileLess();
}
const bundle = IS_BUILT && wanted ? bundlePath(callOnlyReads(wanted, args) ? 'cli.cjs' : 'corp.js') : null;
// One or the other: two copies of a class in one process would not know each other's instances.
const { program, saveCache } = await load(bundle);
const { processIo, run } = program;
const exitCode = await run(args, processIo());
// A failed output stream has already set the exit code.
process.exitCode ??= exitCode;
if (exitCode === 0) saveCache?.();

// Everything is closed now. The timer ends the process even when a leftover handle, such as a reconnecting socket, keeps it.
const LINGER_MS = 3000;
setTimeout(() => process.exit(), LINGER_MS).unref();

async function load(path: string | null): Promise<{ readonly program: typeof Cli; readonly saveCache?: () => void }> {
  if (path === null) return { program: await import('./cli.ts') };
  if (!path.endsWith('.cjs')) return { program: (await import(pathToFileURL(path).href)) as typeof Cli };
  // `import` would search 4 MB of CommonJS for the names of its exports.
  if (HAS_COMPILE_CACHE) return { program: createRequire(import.meta.url)(path) as typeof Cli };
  const { loadScript } = await import('./load-script.ts');
  const { exports, saveCache } = loadScript(path, CACHE_DIRECTORY);
  return { program: exports as typeof Cli, ...(saveCache && { saveCache }) };
}
