import { createRequire, syncBuiltinESMExports } from 'node:module';
import { tmpdir } from 'node:os';
import { relative, resolve, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeAll, expect } from 'vitest';

/*
 * Tests of the project `fast` open no socket, start no child process and write only to the temporary folder. A
 * forbidden call throws, and the test fails even if it swallows the error. Reading files is allowed.
 */

type Callable = (this: unknown, ...args: unknown[]) => unknown;
type Members = Record<string, unknown>;

/** Shared by all copies of this module in the thread. */
const state = globalThis as { refusedByClosedProcess?: string[] };

/** Returns the calls refused since the last call of this function, and clears the list. */
export function takeRefused(): readonly string[] {
  return state.refusedByClosedProcess?.splice(0) ?? [];
}

function refuse(what: string): never {
  const message = `${what}: tests of the project fast open nothing outside their process; name the file *.services.test.ts (${expect.getState().testPath ?? 'unknown file'})`;
  state.refusedByClosedProcess?.push(message);
  throw new Error(message);
}

function pathOf(path: unknown): string | null {
  if (path instanceof URL) return fileURLToPath(path);
  return typeof path === 'string' || Buffer.isBuffer(path) ? path.toString() : null;
}

/** Whether a path lies in the temporary folder. A file descriptor counts as inside: `open` has checked its path. */
function isInside(path: unknown): boolean {
  const written = pathOf(path);
  if (written === null) return true;
  const fromTemporary = relative(resolve(tmpdir()), resolve(written));
  return fromTemporary !== '..' && !fromTemporary.startsWith(`..${sep}`);
}

const isReading = (flags: unknown): boolean => flags === undefined || flags === null || flags === 'r' || flags === 0;

/**
 * Functions that write, with the argument positions of the paths they write to. `open` is checked separately, by its
 * flags.
 */
const WRITERS: Readonly<Record<string, readonly number[]>> = {
  ...{ appendFile: [0], chmod: [0], chown: [0], copyFile: [1], cp: [1], createWriteStream: [0], link: [1], mkdir: [0] },
  ...{ mkdtemp: [0], rename: [0, 1], rm: [0], rmdir: [0], symlink: [1], truncate: [0], unlink: [0], utimes: [0] },
  ...{ writeFile: [0] },
};

function guard(members: Members, name: string, check: (args: readonly unknown[]) => void): void {
  const original = members[name];
  if (typeof original !== 'function') return;
  const guarded = function (this: unknown, ...args: unknown[]): unknown {
    check(args);
    return (original as Callable).apply(this, args);
  };
  // Some functions have properties, such as `util.promisify.custom`.
  members[name] = Object.assign(guarded, original);
}

function guardFiles(members: Members): void {
  for (const [name, positions] of Object.entries(WRITERS)) {
    for (const variant of [name, `${name}Sync`]) {
      guard(members, variant, (args) => {
        const outside = positions.map((position) => args[position]).find((path) => !isInside(path));
        if (outside !== undefined) refuse(`fs.${variant}(${String(pathOf(outside))})`);
      });
    }
  }
  for (const variant of ['open', 'openSync']) {
    guard(members, variant, ([path, flags]) => {
      if (!isReading(typeof flags === 'function' ? undefined : flags) && !isInside(path)) {
        refuse(`fs.${variant}(${String(pathOf(path))}, ${String(flags)})`);
      }
    });
  }
}

function closeProcess(): void {
  const load = createRequire(import.meta.url) as (name: string) => Members;
  const processes = load('node:child_process');
  for (const name of ['spawn', 'spawnSync', 'exec', 'execSync', 'execFile', 'execFileSync', 'fork'])
    guard(processes, name, ([program]) => refuse(`${name}(${String(program)})`));
  const { Socket, Server } = load('node:net') as Record<'Socket' | 'Server', { readonly prototype: Members }>;
  guard(Socket.prototype, 'connect', () => refuse('net.Socket.connect'));
  guard(Server.prototype, 'listen', () => refuse('net.Server.listen'));
  const { Socket: Datagrams } = load('node:dgram') as Record<'Socket', { readonly prototype: Members }>;
  for (const name of ['bind', 'connect', 'send'])
    guard(Datagrams.prototype, name, () => refuse(`dgram.Socket.${name}`));
  const files = load('node:fs');
  guardFiles(files);
  guardFiles(files['promises'] as Members);
  syncBuiltinESMExports();
}

// A thread without isolation runs many test files; it is guarded once.
if (state.refusedByClosedProcess === undefined) {
  state.refusedByClosedProcess = [];
  closeProcess();
}

beforeAll(() => expect(takeRefused()).toEqual([]));
afterEach(() => expect(takeRefused()).toEqual([]));
