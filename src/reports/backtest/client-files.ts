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
  // In order: where both are missing, the advice is that of the build.
  const script = await readBuilt(join(root, 'dist/web/report/main.js'));
  return { script, style: await readFile(join(root, 'web/report/report.css'), 'utf8') };
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
