import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { AppError } from '../../domain/errors.ts';
import { PROJECT_ROOT } from '../../paths.ts';

/** What a report carries besides its figures. */
export interface ClientFiles {
  readonly script: string;
  readonly style: string;
}

/** The page's style, and its modules as the one plain script into which the build bundled them. */
export async function readClientFiles(root = PROJECT_ROOT): Promise<ClientFiles> {
  const [script, style] = await Promise.all([
    readBuilt(join(root, 'dist/web/report/main.js')),
    readFile(join(root, 'web/report/report.css'), 'utf8'),
  ]);
  return { script, style };
}

async function readBuilt(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (cause) {
    throw new AppError('internal', `${path} is missing: the report page is not built`, {
      advice: 'Run npm run build',
      cause,
    });
  }
}
