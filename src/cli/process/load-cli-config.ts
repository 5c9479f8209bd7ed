import { join } from 'node:path';
import { loadConfig } from '../../../config/load.ts';
import { type Config } from '../../../config/schema.ts';
import { PROJECT_ROOT } from '../../paths.ts';
import { type CliIo } from '../output/io.ts';

/**
 * Loads the project's configuration and the `.env` of the working directory. Relative directories of data and logs are
 * relative to the checkout, so that every command finds the same company from any directory.
 * @throws ConfigError
 */
export function loadCliConfig({ environment, cwd }: Pick<CliIo, 'environment' | 'cwd'>): Config {
  return loadConfig({
    directory: join(PROJECT_ROOT, 'config'),
    envFile: join(cwd, '.env'),
    environment,
    base: PROJECT_ROOT,
  });
}
