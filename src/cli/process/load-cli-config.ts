import { join, resolve } from 'node:path';
import { loadConfig } from '../../../config/load.ts';
import { type Config } from '../../../config/schema.ts';
import { PROJECT_ROOT } from '../../paths.ts';
import { type CliIo } from '../output/io.ts';

/**
 * The project's configuration, with `.env` of the working directory. A relative data directory lies in the checkout:
 * every command finds the same company, wherever it is typed. `CORP_DATABASE__DATA_DIRECTORY` names another.
 * @throws ConfigError
 */
export function loadCliConfig({ environment, cwd }: Pick<CliIo, 'environment' | 'cwd'>): Config {
  const config = loadConfig({ directory: join(PROJECT_ROOT, 'config'), envFile: join(cwd, '.env'), environment });
  const dataDirectory = resolve(PROJECT_ROOT, config.database.dataDirectory);
  return Object.freeze({ ...config, database: Object.freeze({ ...config.database, dataDirectory }) });
}
