import { mkdirSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { basename, dirname, join } from 'node:path';
import { Script } from 'node:vm';

/** A script and the function that writes its cache; null when the cache was used. */
export interface LoadedScript {
  readonly exports: unknown;
  readonly saveCache: (() => void) | null;
}

/**
 * Loads a CommonJS file with V8's code cache, which Node keeps by itself only since 22.1. V8 recognises a script by its
 * length alone, so the first line of the cache names the version of Node, the length and the time of the script, and the
 * length of the code: another script, and half a file, are compiled anew.
 *
 * @param directory where the cache is kept; when it cannot be written, the next run compiles again
 */
export function loadScript(path: string, directory: string): LoadedScript {
  const { mtimeMs, size } = statSync(path);
  const key = `${process.version} ${process.arch} ${size} ${mtimeMs}`;
  const cachePath = join(directory, `${basename(path)}.cache`);
  const cachedData = readCache(cachePath, key);
  // The bundler writes ASCII, and Latin-1 is the encoding that needs no decoding.
  const source = readFileSync(path, 'latin1');
  const script = new Script(`(function (exports, require, module, __filename, __dirname) {${source}\n})`, {
    filename: path,
    ...(cachedData && { cachedData }),
    importModuleDynamically: (specifier: string) => import(specifier) as never,
  });
  const module = { exports: {}, filename: path, id: path } as NodeJS.Module;
  const require = createRequire(path);
  // As for any loaded file: code that requires it by its path gets this instance.
  require.cache[path] = module;
  type Wrapper = (exports: object, require: NodeJS.Require, module: object, file: string, folder: string) => void;
  const wrapper = script.runInThisContext() as Wrapper;
  wrapper(module.exports as object, require, module, path, dirname(path));
  const isUsed = cachedData !== null && script.cachedDataRejected !== true;
  // After the run, when the functions that the command needed have been compiled.
  return {
    exports: module.exports,
    saveCache: isUsed ? null : () => writeCache(cachePath, key, script.createCachedData()),
  };
}

function readCache(path: string, key: string): Buffer | null {
  try {
    const bytes = readFileSync(path);
    const end = bytes.indexOf('\n');
    const data = bytes.subarray(end + 1);
    return bytes.toString('latin1', 0, end) === `${key} ${data.length}` ? data : null;
  } catch {
    return null;
  }
}

function writeCache(path: string, key: string, data: Buffer): void {
  const draft = `${path}.${process.pid}`;
  try {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(draft, Buffer.concat([Buffer.from(`${key} ${data.length}\n`), data]), { mode: 0o600 });
    renameSync(draft, path);
  } catch {
    // A read-only installation compiles at every start.
  }
}
