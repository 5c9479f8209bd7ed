import { runInNewContext, Script } from 'node:vm';
import { describe, expect, it } from 'vitest';
import { bundle, readClientFiles } from '../../../../src/reports/backtest/client-files.ts';

const bundled = (files: Readonly<Record<string, string>>): Promise<string> =>
  bundle('a/main.js', async (path) => files[path] ?? Promise.reject(new Error(`no ${path}`)));

describe('bundle', () => {
  it('runs each module once, after what it imports, and keeps their names apart', async () => {
    const script = await bundled({
      'a/main.js':
        "import { one } from './one.js';\nimport {\n  two,\n} from '../b/two.js';\nglobalThis.answer = [one(), two];\n",
      'a/one.js':
        "import { two } from '../b/two.js';\nconst own = 1;\nexport function one() {\n  return own + two;\n}\n",
      'b/two.js': 'globalThis.runs = (globalThis.runs ?? 0) + 1;\nconst own = 2;\nexport const two = own * 10;\n',
    });
    const scope: { answer?: unknown; runs?: number } = {};
    runInNewContext(script, scope);
    expect([JSON.stringify(scope.answer), scope.runs]).toEqual(['[21,20]', 1]);
  });

  it.each([
    ['a default export', 'export default 1;\n'],
    ['an import of everything', "import * as all from './b.js';\n"],
    ['an import under another name', "import { a as b } from './b.js';\n"],
    ['an export list', 'const a = 1;\nexport { a };\n'],
    ['an import of a package', "import { a } from 'package';\n"],
  ])('refuses %s', async (_what, source) => {
    await expect(bundled({ 'a/main.js': source, 'a/b.js': 'export const a = 1;\n' })).rejects.toThrow(
      /a\/main\.js: an import or export that cannot be bundled/,
    );
  });

  it('refuses modules that import each other', async () => {
    const files = { 'a/main.js': "import { b } from './b.js';\n", 'a/b.js': "import { c } from './main.js';\n" };
    await expect(bundled(files)).rejects.toThrow('a/main.js imports a/b.js imports a/main.js: a circle');
  });
});

it("the page's own script is one that a browser can run, and names nothing outside the page", async () => {
  const { script, style } = await readClientFiles();
  expect(() => new Script(script)).not.toThrow();
  // The name of SVG looks like an address.
  const own = script.replaceAll('http://www.w3.org/2000/svg', '');
  expect(own).not.toMatch(/\bfetch\(|XMLHttpRequest|WebSocket|EventSource|sendBeacon|localStorage|https?:/);
  expect(own).not.toMatch(/innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(/);
  expect(style).not.toMatch(/url\(|@import|https?:/);
});
