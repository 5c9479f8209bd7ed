import { join, resolve } from 'node:path';
import { loadConfig } from '../../../config/load.ts';
import { type Config } from '../../../config/schema.ts';
import { PROJECT_ROOT } from '../../paths.ts';
import { type CliIo } from '../output/io.ts';

/**
 * Loads the project's configuration and the `.env` of the working directory. A relative data directory is relative to the
 * checkout, so that every command finds the same company from any directory. `CORP_DATABASE__DATA_DIRECTORY` overrides it.
 * @throws ConfigError
 */
export function loadCliConfig({ environment, cwd }: Pick<CliIo, 'environment' | 'cwd'>): Config {
  const config = loadConfig({ directory: join(PROJECT_ROOT, 'config'), envFile: join(cwd, '.env'), environment });
  const dataDirectory = resolve(PROJECT_ROOT, config.database.dataDirectory);
  return Object.freeze({ ...config, database: Object.freeze({ ...config.database, dataDirectory }) });
}
