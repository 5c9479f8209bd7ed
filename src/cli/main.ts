#!/usr/bin/env node
import { useCompileCache } from './compile-cache.ts';

useCompileCache();
// Imported only now: static imports would be compiled before the cache is on.
const [{ processIo }, { run }] = await Promise.all([import('./output/io.ts'), import('./run.ts')]);
const exitCode = await run(process.argv.slice(2), processIo());
// A stream that failed has said so already.
process.exitCode ??= exitCode;

// Everything is closed by now. Should something still hold the process (a connection in mid-reconnect), it does not for long.
const LINGER_MS = 3000;
setTimeout(() => process.exit(), LINGER_MS).unref();
