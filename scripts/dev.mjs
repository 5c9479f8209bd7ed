import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { rmSync, watch } from 'node:fs';
import { createInterface } from 'node:readline';
import { onParentGone } from './child.mjs';
import { notice } from './notice.mjs';
import { inRoot, root } from './root.mjs';

const FOLDERS = ['config', 'web'];
const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'];
/** Waits this long after a change, because an editor saves in several steps. */
const QUIET_MS = 300;
/** What `tsc --watch` prints when it has compiled. */
const COMPILED = /Found (\d+) errors?\. Watching for file changes/;

/** Calls back for each saved file that is not compiled: settings and pages. */
function watchFiles(onChange) {
  const watchers = FOLDERS.map((folder) =>
    watch(inRoot(folder), { recursive: true }, (_event, name) => {
      if (name !== null && !name.endsWith('.ts')) onChange();
    }),
  );
  return () => watchers.forEach((watcher) => watcher.close());
}

function startCompiler() {
  // tsc changes dist without `npm run build`, so the stamp of that build is no longer valid.
  rmSync(inRoot('dist/.source-hash'), { force: true });
  // The watching compiler makes no bundle; without one, the program runs the modules that it compiled.
  rmSync(inRoot('dist/bundle'), { recursive: true, force: true });
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
 * Compiles on every change and restarts the program when the compilation succeeded. After a failed compilation the running
 * program continues. Resolves after a signal, when program and compiler have ended.
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
  /** Restarts run one after the other; changes in quick succession cause one restart. */
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
  // Ctrl-C has reached the whole process group; the program treats this second signal as the same one.
  await Promise.all([end(program), end(compiler)]);
  for (const signal of SIGNALS) process.off(signal, ask);
  return 0;
}

const REAL = { compiler: startCompiler, program: startProgram, files: watchFiles };
