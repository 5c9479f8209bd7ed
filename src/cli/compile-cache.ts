import * as nodeModule from 'node:module';
import { join } from 'node:path';
import { defaultVariable } from '../../config/process-environment.ts';
import { PROJECT_ROOT } from '../paths.ts';

/** Since Node 22.1; the types are those of the oldest Node that the project runs on. */
const { enableCompileCache } = nodeModule as { enableCompileCache?: (directory: string) => unknown };

/**
 * Keeps compiled modules on disk between runs, for this process and its children. Not in the temporary folder, where
 * other users of the machine could plant code. Node itself honours NODE_COMPILE_CACHE and NODE_DISABLE_COMPILE_CACHE,
 * and goes on without a cache where the folder cannot be written.
 */
export function useCompileCache(): void {
  const directory = join(PROJECT_ROOT, 'node_modules', '.cache', 'corp-compile');
  enableCompileCache?.(directory);
  defaultVariable('NODE_COMPILE_CACHE', directory);
}
