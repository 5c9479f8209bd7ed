import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { type Readable, type Writable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';

type Child = ChildProcessByStdio<Writable, Readable, Readable>;

export interface StoreProcess {
  readonly child: Child;
  /** What it printed when it was ready; rejects when it ends before that. */
  readonly ready: Promise<{ url: string }>;
  /** Exit status and everything on standard error. */
  readonly ended: Promise<{ status: number | null; errors: string }>;
}

export interface CompiledStore {
  spawn(...flags: string[]): StoreProcess;
  remove(): Promise<void>;
}

const root = fileURLToPath(new URL('../../..', import.meta.url));
const STORE = 'src/adapters/embedded';
const compilerOptions: ts.CompilerOptions = {
  target: ts.ScriptTarget.ES2023,
  module: ts.ModuleKind.ESNext,
  verbatimModuleSyntax: true,
  rewriteRelativeImportExtensions: true,
};

/**
 * The present sources, and what they import of the domain, as plain JavaScript, so that a test of the process starts it often and never meets an old build. Inside
 * the project, where Node finds the libraries.
 */
export async function compileStore(): Promise<CompiledStore> {
  const cache = join(root, 'node_modules/.cache');
  await mkdir(cache, { recursive: true });
  const output = await mkdtemp(join(cache, 'embedded-store-'));
  await writeFile(join(output, 'package.json'), '{"type":"module"}');
  const names = (await readdir(join(root, STORE))).map((name) => join(STORE, name));
  for (const name of [...names, 'src/domain/errors.ts']) {
    const { outputText } = ts.transpileModule(await readFile(join(root, name), 'utf8'), { compilerOptions });
    await mkdir(dirname(join(output, name)), { recursive: true });
    await writeFile(join(output, name.replace('.ts', '.js')), outputText);
  }
  return {
    spawn: (...flags) =>
      watch(spawn(process.execPath, [join(output, STORE, 'main.js'), ...flags], { stdio: ['pipe', 'pipe', 'pipe'] })),
    remove: () => rm(output, { recursive: true }),
  };
}

function watch(child: Child): StoreProcess {
  let errors = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => (errors += text));
  const ended = once(child, 'close').then(([status]) => ({ status: status as number | null, errors }));
  const ready = new Promise<{ url: string }>((resolve, reject) => {
    child.stdout.once('data', (line: Buffer) => resolve(JSON.parse(line.toString()) as { url: string }));
    ended.then(({ status }) => reject(new Error(`the store ended with ${status}: ${errors}`)), reject);
  });
  ready.catch(() => undefined);
  return { child, ready, ended };
}
