import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build } from 'esbuild';
import { root } from '../root.mjs';

/** Packages that bundled ones use only when they are installed, or that hold native code: found at run time, as ever. */
const OPTIONAL = [
  '@aws-sdk/credential-providers',
  '@mongodb-js/zstd',
  '@valkey/valkey-glide',
  'gcp-metadata',
  'kerberos',
  'mongodb-client-encryption',
  'msgpackr-extract',
  'snappy',
  'socks',
];

/** Bundled CommonJS calls `require`, which an ES module does not have. */
const REQUIRE = `import { createRequire as createBundleRequire } from 'node:module';
const require = createBundleRequire(import.meta.url);`;

/** As a script: Node 20 needs 30 ms longer to read 4 MB as an ES module. */
const SCRIPT = {
  format: 'cjs',
  outExtension: { '.js': '.cjs' },
  banner: { js: "const bundleUrl = require('node:url').pathToFileURL(__filename).href;" },
  define: { 'import.meta.url': 'bundleUrl' },
};

/** Packages that find files of their own by their place, or that are loaded late by few commands. */
const IN_PLACE = ['express', 'helmet', 'pino', 'piscina', 'prom-client', 'sql.js'];

/** Parts of packages that the program cannot reach, but that a bundle would hold: messages in fifty languages, and a back end. */
const UNREACHED = [
  { path: /\/zod\/v4\/locales\/index\.js$/, contents: "export { default as en } from './en.js';" },
  { path: /\/bullmq\/dist\/(cjs|esm)\/postgres\/index\.js$/, contents: 'module.exports = {};' },
];

const withoutUnreached = {
  name: 'without-unreached',
  setup({ onLoad }) {
    for (const { path, contents } of UNREACHED)
      onLoad({ filter: path }, ({ path: file }) => ({ contents, resolveDir: dirname(file), loader: 'js' }));
  },
};

const settings = (directory) => ({
  outdir: join(directory, 'dist', 'bundle'),
  bundle: true,
  // A third less to parse; names stay.
  minifyWhitespace: true,
  minifySyntax: true,
  platform: 'node',
  format: 'esm',
  target: 'node20.19',
  banner: { js: REQUIRE },
  // Stack traces name the sources; their text is not needed for that.
  sourcemap: true,
  sourcesContent: false,
  // Its ES modules: of the CommonJS that Node would load, all operators would come along.
  alias: { mingo: join(directory, 'node_modules', 'mingo', 'esm') },
  logLevel: 'silent',
});

/**
 * Makes dist/bundle of the compiled program: cli.cjs, with the commands that only read; embedded-store.js; and corp.js with
 * its chunks, for the other commands. They hold the packages that take longest to load: Node reads a few files in a
 * fraction of the time of a thousand. @throws what esbuild says.
 */
export async function bundle(directory = root) {
  const source = join(directory, 'dist', 'src');
  const cli = join(source, 'cli', 'cli.js');
  await Promise.all([
    build({
      ...settings(directory),
      ...SCRIPT,
      entryPoints: { cli },
      external: OPTIONAL,
      plugins: [withoutUnreached, leaveOut(await modulesOfOthers(source))],
    }),
    build({
      ...settings(directory),
      entryPoints: { 'embedded-store': join(source, 'adapters', 'embedded', 'main.js') },
      external: OPTIONAL,
    }),
    build({
      ...settings(directory),
      entryPoints: { corp: cli },
      // One chunk for what several commands share: a command still loads only what it needs.
      splitting: true,
      chunkNames: 'corp/[name]-[hash]',
      external: [...OPTIONAL, ...IN_PLACE],
      plugins: [withoutUnreached],
    }),
  ]);
}

/** Dynamic imports that no bundled command reaches: the other commands, and the context of those that write. */
async function modulesOfOthers(source) {
  const { COMMAND_GROUPS } = await import(pathToFileURL(join(source, 'cli', 'command-list.js')).href);
  const bundled = COMMAND_GROUPS.flatMap(({ commands }) => commands).filter(({ onlyReads }) => onlyReads);
  const kept = new Set(bundled.map(({ name }) => `./commands/${name}.js`));
  return (path) =>
    (path.startsWith('./commands/') && !kept.has(path)) ||
    path === '../../runtime/context.js' ||
    path === '../process/own-strategies.js';
}

function leaveOut(isOther) {
  return {
    name: 'leave-out-other-commands',
    setup({ onResolve }) {
      onResolve({ filter: /^\.\.?\// }, ({ path, kind }) =>
        kind === 'dynamic-import' && isOther(path) ? { path, external: true } : undefined,
      );
    },
  };
}

// The Dockerfile runs this file by itself.
if (process.argv[1] === fileURLToPath(import.meta.url)) await bundle();
