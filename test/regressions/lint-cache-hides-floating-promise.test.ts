import { execFile } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { TOOLS } from '../../scripts/check.mjs';
import { ROOT } from '../architecture/project-files.ts';

// Bug: `npm run check` kept verdicts by file, and rules that read types of other files were not asked again.

it('a promise that floats since a function in another file became async is found by the next check', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'corp-lint-'));
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
  symlinkSync(join(ROOT, 'node_modules'), join(directory, 'node_modules'));
  copyFileSync(join(ROOT, 'eslint.config.mjs'), join(directory, 'eslint.config.mjs'));
  writeFileSync(
    join(directory, 'tsconfig.json'),
    '{"compilerOptions": {"strict": true, "module": "nodenext", "allowImportingTsExtensions": true, "noEmit": true, "types": []}}',
  );
  const folder = join(directory, 'src', 'domain');
  mkdirSync(folder, { recursive: true });
  const write = (name: string, text: string): void => writeFileSync(join(folder, name), text);
  const { tool, args } = TOOLS.find(({ name }) => name === 'lint')!;
  // A cache named by the arguments must be the folder's own, not the checkout's.
  const lint = (): Promise<string> =>
    new Promise((resolve) => {
      const own = args.map((argument) => argument.replace('node_modules/', 'kept/'));
      execFile(join(ROOT, 'node_modules', '.bin', tool), own, { cwd: directory }, (_error, stdout) => resolve(stdout));
    });

  write('work.ts', 'export function work(): void {}\n');
  write('start.ts', "import { work } from './work.ts';\nexport function start(): void {\n  work();\n}\n");
  expect(await lint()).toBe('');
  write('work.ts', 'export async function work(): Promise<void> {}\n');
  expect(await lint()).toContain('no-floating-promises');
});
