import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { lintFolder, putLintInto } from '../fixtures/lint-folder.ts';

// Bug: `npm run check` cached results per file and did not repeat rules that read types of other files.

it('a promise that floats because a function in another file became async is found by the next check', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'corp-lint-'));
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
  putLintInto(directory);
  writeFileSync(
    join(directory, 'tsconfig.json'),
    '{"compilerOptions": {"strict": true, "module": "nodenext", "allowImportingTsExtensions": true, "noEmit": true, "types": []}}',
  );
  const folder = join(directory, 'src', 'domain');
  mkdirSync(folder, { recursive: true });
  const write = (name: string, text: string): void => writeFileSync(join(folder, name), text);
  const lint = async (): Promise<readonly string[]> => (await lintFolder(directory)).map(({ code }) => code);

  write('work.ts', 'export function work(): void {}\n');
  write('start.ts', "import { work } from './work.ts';\nexport function start(): void {\n  work();\n}\n");
  expect(await lint()).toEqual([]);
  write('work.ts', 'export async function work(): Promise<void> {}\n');
  expect(await lint()).toEqual(['typescript(no-floating-promises)']);
});
