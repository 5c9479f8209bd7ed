import { readdirSync, readFileSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';
import { type World } from '../world/world.ts';
import { type Violate } from './check.ts';

/** Files that a process makes beside another one, to put it in its place. */
const UNFINISHED = /\.(new|tmp|temp|partial|bak)$|^temp-/;

/** @returns what was looked at */
export function checkFilesLeft({ directory, temporary }: World, violate: Violate): string {
  const files = readdirSync(directory, { recursive: true, withFileTypes: true });
  for (const file of files)
    if (file.isFile() && UNFINISHED.test(file.name)) violate('files', `${join(file.parentPath, file.name)} was left`);
  for (const name of readdirSync(temporary)) violate('files', `temporary ${name} was left`);
  return `${files.length} files and folders`;
}

/** What no log of a run may contain: errors of the program itself. */
const WRONG = /\binternal\b|TypeError|RangeError|ReferenceError|SyntaxError|AssertionError|[Uu]nhandled|MaxListeners/;
const SHOWN = 10;

/** Reads all logs and outputs. */
export function checkLogs({ directory, outputs }: World, violate: Violate): string {
  let lines = 0;
  const found = new Map<string, number>();
  const logs = readdirSync(directory, { recursive: true, withFileTypes: true }).filter(
    (file) =>
      file.isFile() &&
      file.name.endsWith('.log') &&
      (file.parentPath === outputs || file.parentPath.includes('/logs/')),
  );
  for (const { parentPath, name } of logs) {
    const path = join(parentPath, name);
    if (statSync(path).size === 0) continue;
    for (const line of readFileSync(path, 'utf8').split('\n')) {
      lines += 1;
      if (!WRONG.test(line)) continue;
      const text = `${basename(parentPath)}/${name}: ${line.slice(0, 400)}`;
      found.set(text, (found.get(text) ?? 0) + 1);
    }
  }
  for (const text of [...found.keys()].slice(0, SHOWN)) violate('logs', text);
  return `${lines} lines of ${logs.length} logs`;
}
