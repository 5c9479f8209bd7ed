import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { rmSync, watch } from 'node:fs';
import { createInterface } from 'node:readline';
import { onParentGone } from './child.mjs';
import { notice } from './notice.mjs';
import { inRoot, root } from './root.mjs';

const FOLDERS = ['config', 'web'];
const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'];
/** An editor saves in several steps. */
const QUIET_MS = 300;
/** What `tsc --watch` prints when it has compiled. */
const COMPILED = /Found (\d+) errors?\. Watching for file changes/;

/** Tells of each file saved below the folders that is not compiled: settings, pages. */
function watchFiles(onChange) {
  const watchers = FOLDERS.map((folder) =>
    watch(inRoot(folder), { recursive: true }, (_event, name) => {
      if (name !== null && !name.endsWith('.ts')) onChange();
    }),
  );
  return () => watchers.forEach((watcher) => watcher.close());
}

function startCompiler() {
  // It changes dist without `npm run build`: what that has noted no longer holds.
  rmSync(inRoot('dist/.source-hash'), { force: true });
  return spawn(inRoot('node_modules/.bin/tsc'), ['-p', 'tsconfig.build.json', '--watch', '--preserveWatchOutput'], {
    cwd: root,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
}

const startProgram = (args) =>
  spawn(process.execPath, ['--enable-source-maps', inRoot('dist/src/cli/main.js'), 'start', ...args], {
    cwd: root,
    stdio: 'inherit',
  });

async function end(child) {
  if (child === null || child.exitCode !== null || child.signalCode !== null) return;
  const closed = once(child, 'close');
  child.kill('SIGTERM');
  await closed;
}

/**
 * Compiles on every change and starts the program anew when that went well; a change that does not compile leaves the one
 * that runs alone. Resolves when a signal came and program and compiler have ended.
 *
 *   compiling --0 errors--> stopping the old program --ended--> running --a file is saved--> compiling
 */
export async function dev(args, { compiler: launchCompiler, program: launchProgram, files } = REAL) {
  let program = null;
  let restarting = Promise.resolve();
  let timer = null;
  let isEnding = false;

  const restart = async () => {
    if (isEnding) return;
    const old = program;
    program = null;
    if (old !== null) notice('restarting ...');
    await end(old);
    if (isEnding) return;
    const started = launchProgram(args);
    program = started;
    started.once('close', (code) => {
      if (!isEnding && program === started && code !== null)
        notice(`ended with exit code ${code}; the next change starts it again`);
    });
  };
  /** Restarts follow each other; changes close together are one. */
  const restartSoon = () => {
    clearTimeout(timer);
    timer = setTimeout(() => (restarting = restarting.then(restart)), QUIET_MS);
  };

  const compiler = launchCompiler();
  let isFirst = true;
  createInterface({ input: compiler.stdout }).on('line', (line) => {
    const errors = COMPILED.exec(line)?.[1];
    if (errors === '0') {
      if (!isFirst) notice('compiled');
      restartSoon();
    } else if (line.trim() !== '' && !/Starting (incremental )?compilation|File change detected/.test(line))
      notice(line);
    if (errors !== undefined) isFirst = false;
  });
  const stopWatching = files(restartSoon);

  let ask;
  const asked = new Promise((resolve) => (ask = resolve));
  for (const signal of SIGNALS) process.on(signal, ask);
  const stopWaiting = onParentGone(ask);
  compiler.once('close', ask);
  await asked;
  stopWaiting();
  isEnding = true;
  clearTimeout(timer);
  stopWatching();
  await restarting;
  // Ctrl-C has reached the whole process group; a second signal to the program is taken for the same one.
  await Promise.all([end(program), end(compiler)]);
  for (const signal of SIGNALS) process.off(signal, ask);
  return 0;
}

const REAL = { compiler: startCompiler, program: startProgram, files: watchFiles };
