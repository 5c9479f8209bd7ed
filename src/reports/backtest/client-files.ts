import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { AppError } from '../../domain/errors.ts';
import { PROJECT_ROOT } from '../../paths.ts';

/** Script and style embedded in a report. */
export interface ClientFiles {
  readonly script: string;
  readonly style: string;
}

/** Reads the page's style and the script bundled by the build. @throws AppError `internal` when the build is missing. */
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
