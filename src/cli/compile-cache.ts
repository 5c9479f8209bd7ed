import * as nodeModule from 'node:module';
import { join } from 'node:path';
import { defaultVariable } from '../../config/process-environment.ts';
import { PROJECT_ROOT } from '../paths.ts';

/** Exists since Node 22.1; the types are those of the oldest supported Node. */
const { enableCompileCache } = nodeModule as { enableCompileCache?: (directory: string) => unknown };

export const CACHE_DIRECTORY = join(PROJECT_ROOT, 'node_modules', '.cache', 'corp-compile');

/**
 * Caches compiled modules on disk, for this process and its children. Not in the temporary folder, where other users of
 * the machine could plant code. Node honours NODE_COMPILE_CACHE and NODE_DISABLE_COMPILE_CACHE, and runs without a cache
 * when the folder is not writable.
 */
export function useCompileCache(): void {
  enableCompileCache?.(CACHE_DIRECTORY);
  defaultVariable('NODE_COMPILE_CACHE', CACHE_DIRECTORY);
}

/** Whether Node keeps compiled code by itself. */
export const HAS_COMPILE_CACHE = enableCompileCache !== undefined;
