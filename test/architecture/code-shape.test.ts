import { basename } from 'node:path';
import { describe, expect, it } from 'vitest';
import { filesIn, PROJECT_PATHS, read } from './project-files.ts';

const MAX_LINES = 400;
/** Files that may be longer, each with its reason. */
const LONG_FILES: Readonly<Record<string, string>> = {};

const linesOf = (path: string): number => read(path).split('\n').length;

describe('files', () => {
  it(`have at most ${MAX_LINES} lines, or a listed reason`, () => {
    const long = filesIn(['config', 'queues', 'processors', 'src'], '.ts').filter((path) => linesOf(path) > MAX_LINES);
    expect([...long].sort()).toEqual(Object.keys(LONG_FILES).sort());
  });

  it('have a median below 120 lines', () => {
    const lengths = filesIn(['config', 'queues', 'processors', 'src'], '.ts')
      .map(linesOf)
      .sort((a, b) => a - b);
    expect(lengths[Math.floor(lengths.length / 2)]).toBeLessThan(120);
  });

  it('are named in kebab-case, and after their content', () => {
    const named = PROJECT_PATHS.filter((path) => /^(config|queues|processors|src|bench|test|scripts|web)\//.test(path));
    const odd = named.filter((path) => !/^[a-z0-9-]+(\.[a-z0-9-]+)*$/.test(basename(path)));
    expect(odd).toEqual([]);
    const grabBags = PROJECT_PATHS.filter((path) => /(^|[/.-])(utils?|helpers?|common)([/.-]|$)/.test(path));
    expect(grabBags).toEqual([]);
  });

  it('have no default export', () => {
    const found = filesIn(['config', 'queues', 'processors', 'src', 'bench'], '.ts').filter((path) =>
      /^export default /m.test(read(path)),
    );
    expect(found).toEqual([]);
  });
});

describe('the repository contains nothing of one machine', () => {
  const texts = PROJECT_PATHS.filter((path) => /(^|\/)[^/]*\.[a-z]+$|Dockerfile$|\/run$|^\.[a-z]+/.test(path));
  const holding = (pattern: RegExp): readonly string[] => {
    const found: string[] = [];
    for (const path of texts) {
      let text: string;
      try {
        text = read(path);
      } catch {
        continue; // A folder whose name has a dot.
      }
      const match = pattern.exec(text);
      if (match) found.push(`${path}: ${match[0]}`);
    }
    return found;
  };

  it('no absolute path', () => {
    expect(holding(/(?<![\w.$}*])\/(?:home|Users|root|work|opt|mnt)\/[\w.-]+/)).toEqual([]);
    expect(holding(/\b[A-Z]:\\\\?(?:Users|work)\b/)).toEqual([]);
  });

  it('no host of a package registry', () => {
    expect(holding(/https?:\/\/[\w.-]*(?:registry|npmmirror|artifactory|nexus|jfrog|verdaccio)[\w.-]*/i)).toEqual([]);
    expect(read('.npmrc')).not.toMatch(/registry|_auth|https?:/);
    expect(Object.keys(JSON.parse(read('package.json')) as object)).not.toContain('publishConfig');
  });

  it('no text that looks like a secret', () => {
    expect(holding(/-----BEGIN [A-Z ]*PRIVATE KEY|\bghp_[A-Za-z0-9]{20}|\bAKIA[A-Z0-9]{16}\b/)).toEqual([]);
  });
});
