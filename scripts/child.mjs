import { spawn } from 'node:child_process';
import { constants } from 'node:os';
import { inRoot, root } from './root.mjs';

const FORWARDED = ['SIGINT', 'SIGTERM', 'SIGHUP'];
const WATCH_EVERY_MS = 250;

/**
 * Runs a program on our own terminal and resolves to its exit code. Signals are forwarded. A signal to the whole process
 * group reaches the program twice; src/runtime/shutdown.ts treats both as one.
 */
async function runProgram(file, args, env) {
  const child = spawn(file, args, { cwd: root, env, stdio: 'inherit' });
  const forward = (signal) => child.kill(signal);
  for (const signal of FORWARDED) process.on(signal, forward);
  const stopWatching = onParentGone(() => forward('SIGTERM'));
  try {
    return await exitCodeOf(child);
  } finally {
    stopWatching();
    for (const signal of FORWARDED) process.off(signal, forward);
  }
}

/**
 * A signal sent to npm alone ends npm and the shell between us, but does not reach us. Watches only under npm: a person may
 * start this script from a shell and close the shell.
 */
export function onParentGone(act) {
  if (process.env.npm_lifecycle_event === undefined) return () => undefined;
  const parent = process.ppid;
  const timer = setInterval(() => {
    if (process.ppid === parent) return;
    clearInterval(timer);
    act();
  }, WATCH_EVERY_MS);
  return () => clearInterval(timer);
}

/** A script of this project, on this Node. */
export async function runNode(args, env = process.env) {
  return runProgram(process.execPath, args, env);
}

/** A program of node_modules. */
export async function runTool(name, args, env = process.env) {
  return runProgram(inRoot('node_modules/.bin', name), args, env);
}

/** Runs a program of node_modules; resolves to its exit code and everything it wrote. */
export async function captureTool(name, args, env = process.env) {
  const child = spawn(inRoot('node_modules/.bin', name), args, { cwd: root, env, stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (text) => (output += text));
  return { exitCode: await exitCodeOf(child), output };
}

/** Runs a command of the system; its output goes to our standard error. False when it failed or does not exist. */
export async function succeeds(file, args, env = process.env) {
  const child = spawn(file, args, { cwd: root, env, stdio: ['ignore', 2, 2] });
  return (await exitCodeOf(child).catch(() => 1)) === 0;
}

function exitCodeOf(child) {
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code, signal) => resolve(code ?? 128 + constants.signals[signal]));
  });
}
