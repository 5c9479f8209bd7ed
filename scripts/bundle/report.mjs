import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { root } from '../root.mjs';

/**
 * The modules of web/report as one plain script, since a page opened from a file may not load modules. The same sources give
 * the same bytes wherever the checkout is: the page carries the hash of the script in its policy.
 */
export async function bundleReport(directory = root) {
  await build({
    absWorkingDir: directory,
    entryPoints: ['web/report/main.js'],
    outfile: join(directory, 'dist/web/report/main.js'),
    bundle: true,
    format: 'iife',
    platform: 'browser',
    target: 'es2022',
    charset: 'utf8',
    // Not the project's own: its settings are for the compiler.
    tsconfigRaw: { compilerOptions: { alwaysStrict: true } },
    logLevel: 'silent',
  });
}

// The Dockerfile runs this file by itself.
if (process.argv[1] === fileURLToPath(import.meta.url)) await bundleReport();
