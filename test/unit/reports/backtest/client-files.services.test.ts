import { cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Script } from 'node:vm';
import { describe, expect, it } from 'vitest';
import { bundleReport } from '../../../../scripts/bundle/report.mjs';
import { readClientFiles } from '../../../../src/reports/backtest/client-files.ts';
import { PROJECT_ROOT } from '../../../../src/paths.ts';
import { temporaryDirectory } from '../../../fixtures/services/workspace.ts';

describe('the bundle of the report page', () => {
  it('has the same bytes in every checkout, and equals the built file', async () => {
    const elsewhere = temporaryDirectory();
    cpSync(join(PROJECT_ROOT, 'web'), join(elsewhere, 'web'), { recursive: true });
    await bundleReport(elsewhere);
    const script = readFileSync(join(elsewhere, 'dist/web/report/main.js'), 'utf8');
    expect(script).toBe((await readClientFiles()).script);
    expect(script).not.toContain(elsewhere);
  });

  it('is refused when a module imports a missing file', async () => {
    const broken = temporaryDirectory();
    mkdirSync(join(broken, 'web/report'), { recursive: true });
    writeFileSync(join(broken, 'web/report/main.js'), "import { a } from './none.js';\na();\n");
    await expect(bundleReport(broken)).rejects.toThrow('./none.js');
  });

  it('gives advice when it is missing', async () => {
    await expect(readClientFiles(temporaryDirectory())).rejects.toMatchObject({ advice: 'Run npm run build' });
  });
});

it("the page's script parses, and refers to nothing outside the page", async () => {
  const { script, style } = await readClientFiles();
  expect(() => new Script(script)).not.toThrow();
  // The name of SVG looks like an address.
  const own = script.replaceAll('http://www.w3.org/2000/svg', '');
  expect(own).not.toMatch(/\bfetch\(|XMLHttpRequest|WebSocket|EventSource|sendBeacon|localStorage|https?:/);
  expect(own).not.toMatch(/innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(/);
  expect(style).not.toMatch(/url\(|@import|https?:/);
});
