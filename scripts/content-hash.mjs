import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';

/** Hashes names and contents, not times: a new clone has new times, and an editor may keep old ones. */
export function hashOf(paths) {
  const hash = createHash('sha256');
  for (const path of paths) {
    const content = readFileSync(path);
    hash.update(`${path}\0${content.length}\0`).update(content);
  }
  return hash.digest('hex');
}

/** All files below these files and directories, sorted; those that do not exist are left out. */
export function filesBelow(paths) {
  return paths
    .filter((path) => existsSync(path))
    .flatMap((path) => {
      if (!statSync(path).isDirectory()) return [path];
      return filesBelow(
        readdirSync(path)
          .sort()
          .map((name) => join(path, name)),
      );
    });
}
