#!/usr/bin/env node
import { pathToFileURL } from 'node:url';
import { bundlePath } from '../paths.ts';
import type * as Cli from './cli.ts';
import { useCompileCache } from './compile-cache.ts';

const IS_BUILT = import.meta.url.endsWith('.js');

useCompileCache();
const args = process.argv.slice(2);
// Dynamic imports: static ones would be compiled before the cache is enabled.
const { wantedCommand } = await import('./command-list.ts');
const wanted = wantedCommand(args);
const bundle = IS_BUILT && wanted ? bundlePath(wanted.onlyReads === true ? 'cli' : 'corp') : null;
// One or the other: two copies of a class in one process would not know each other's instances.
const { processIo, run } =
  bundle === null ? await import('./cli.ts') : ((await import(pathToFileURL(bundle).href)) as typeof Cli);
const exitCode = await run(args, processIo());
// A failed output stream has already set the exit code.
process.exitCode ??= exitCode;

// Everything is closed now. The timer ends the process even when a leftover handle, such as a reconnecting socket, keeps it.
const LINGER_MS = 3000;
setTimeout(() => process.exit(), LINGER_MS).unref();
