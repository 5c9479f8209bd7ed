import { readFile } from 'node:fs/promises';
import { join, posix } from 'node:path';
import { PROJECT_ROOT } from '../../paths.ts';

/** What a report carries besides its figures. */
export interface ClientFiles {
  readonly script: string;
  readonly style: string;
}

const FOLDER = 'web/report';
const IMPORT = /^import \{\s*(\w+(?:,\s*\w+)*),?\s*\} from '(\.[\w./-]+)';$/gm;
const EXPORT = /^export (?=(?:async )?(?:function|const|class) (\w+))/gm;

/** The page's style, and its modules as one plain script. */
export async function readClientFiles(root = PROJECT_ROOT): Promise<ClientFiles> {
  const read = (path: string): Promise<string> => readFile(join(root, path), 'utf8');
  const [script, style] = await Promise.all([bundle(`${FOLDER}/main.js`, read), read(`${FOLDER}/report.css`)]);
  return { script, style };
}

/**
 * ES modules as one script, since a page opened from a file may not load modules: each is a function that gives its
 * exports, after those it imports. Only named imports by relative path and exported declarations are taken.
 * @throws SyntaxError for a module that does more, or imports itself by a detour.
 */
export async function bundle(entry: string, read: (path: string) => Promise<string>): Promise<string> {
  const names = new Map<string, string>();
  const parts: string[] = [];
  const add = async (path: string, importers: readonly string[]): Promise<void> => {
    if (names.has(path)) return;
    if (importers.includes(path)) throw new SyntaxError(`${[...importers, path].join(' imports ')}: a circle`);
    const source = await read(path);
    const resolve = (imported: string): string => posix.join(posix.dirname(path), imported);
    for (const [, , imported] of source.matchAll(IMPORT)) await add(resolve(imported!), [...importers, path]);
    const exported = [...source.matchAll(EXPORT)].map(([, name]) => name!);
    const body = source
      .replaceAll(
        IMPORT,
        (_, wanted: string, imported: string) => `const { ${wanted} } = ${names.get(resolve(imported))};`,
      )
      .replaceAll(EXPORT, '');
    if (/^(?:import|export)\b/m.test(body))
      throw new SyntaxError(`${path}: an import or export that cannot be bundled`);
    const name = `module${parts.length}`;
    names.set(path, name);
    parts.push(`// ${path}\nconst ${name} = (() => {\n${body}return { ${exported.join(', ')} };\n})();\n`);
  };
  await add(entry, []);
  return `(() => {\n'use strict';\n${parts.join('')}})();\n`;
}
