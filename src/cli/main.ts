#!/usr/bin/env node
import { useCompileCache } from './compile-cache.ts';

useCompileCache();
// Dynamic imports: static ones would be compiled before the cache is enabled.
const [{ processIo }, { run }] = await Promise.all([import('./output/io.ts'), import('./run.ts')]);
const exitCode = await run(process.argv.slice(2), processIo());
// A failed output stream has already set the exit code.
process.exitCode ??= exitCode;

// Everything is closed now. The timer ends the process even when a leftover handle, such as a reconnecting socket, keeps it.
const LINGER_MS = 3000;
setTimeout(() => process.exit(), LINGER_MS).unref();
