import { realpath } from 'node:fs/promises';
import { join, sep } from 'node:path';

/** Folders that workers look into besides the data directory itself (coordinator-protocol.md section 5). */
const FOLDERS = ['', 'data', 'data_futures', 'data_coingecko'];
const LONGEST_NAME = 300;
const SEGMENT = /^[A-Za-z0-9][A-Za-z0-9._-]*$/;

/**
 * What a unit may name: a file below the data directories. An absolute path of another machine is reduced to its last
 * part; anything that climbs is refused. Null for what names no file.
 */
export function segmentsOf(dataFile: unknown): readonly string[] | null {
  if (typeof dataFile !== 'string' || dataFile.length > LONGEST_NAME) return null;
  const parts = dataFile.split(/[/\\]/).filter((part) => part !== '' && part !== '.');
  const isAbsolute = /^([/\\~]|[A-Za-z]:)/.test(dataFile);
  const wanted = isAbsolute ? parts.slice(-1) : parts;
  return wanted.length > 0 && wanted.every((part) => SEGMENT.test(part)) ? wanted : null;
}

async function realPathOf(path: string): Promise<string | null> {
  try {
    return await realpath(path);
  } catch {
    return null;
  }
}

/** The first of the directories' files of that name, links followed; null when there is none inside them. */
export async function locate(segments: readonly string[], directories: readonly string[]): Promise<string | null> {
  const base = segments.at(-1)!;
  for (const directory of directories) {
    const root = await realPathOf(directory);
    if (root === null) continue;
    const candidates = [...FOLDERS.map((folder) => join(root, folder, ...segments)), join(root, base)];
    for (const candidate of candidates) {
      const path = await realPathOf(candidate);
      // A link may lead out of the directory: nobody named what lies there.
      if (path?.startsWith(root.endsWith(sep) ? root : root + sep)) return path;
    }
  }
  return null;
}
