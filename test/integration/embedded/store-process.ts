import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
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
const compilerOptions: ts.CompilerOptions = {
  target: ts.ScriptTarget.ES2023,
  module: ts.ModuleKind.ESNext,
  verbatimModuleSyntax: true,
  rewriteRelativeImportExtensions: true,
};

/**
 * The present sources as plain JavaScript, so that a test of the process starts it often and never meets an old build. Inside
 * the project, where Node finds the libraries.
 */
export async function compileStore(): Promise<CompiledStore> {
  const source = join(root, 'src/adapters/embedded');
  const cache = join(root, 'node_modules/.cache');
  await mkdir(cache, { recursive: true });
  const output = await mkdtemp(join(cache, 'embedded-store-'));
  await writeFile(join(output, 'package.json'), '{"type":"module"}');
  for (const name of await readdir(source)) {
    const { outputText } = ts.transpileModule(await readFile(join(source, name), 'utf8'), { compilerOptions });
    await writeFile(join(output, name.replace('.ts', '.js')), outputText);
  }
  return {
    spawn: (...flags) =>
      watch(spawn(process.execPath, [join(output, 'main.js'), ...flags], { stdio: ['pipe', 'pipe', 'pipe'] })),
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
