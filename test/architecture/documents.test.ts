import { existsSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { runtimeFrom, secretsFrom } from '../../config/environment.ts';
import { loadConfig } from '../../config/load.ts';
import { QUEUE_NAMES } from '../../queues/names.ts';
import { jobsForPeople } from '../../queues/from-outside.ts';
import { contractOf } from '../../queues/producer.ts';
import { FAMILIES } from '../../src/domain/strategies/spec.ts';
import { codeSpans, DOCUMENTS, PROJECT_PATHS, read, ROOT, section, tableRows, withoutCode } from './project-files.ts';

const architecture = read('docs/architecture.md');

describe('docs/glossary.md', () => {
  it('has the terms with a special meaning, in order', () => {
    const words = tableRows(read('docs/glossary.md')).map(([word = '']) => word);
    const needed =
      'opportunity analysis strategy-spec strategy trial work-unit cycle tick intent verdict approval halt node fold lease replica quarantine quorum sweep genome oracle';
    expect(needed.split(' ').filter((word) => !words.includes(word.replace('-', ' ')))).toEqual([]);
    expect(words).toEqual([...words].sort((a, b) => a.localeCompare(b, 'en')));
  });
});

describe('docs/architecture.md', () => {
  it('has every queue with every job of its contract', () => {
    const rows = new Map(
      tableRows(section(architecture, 'Agents and queues')).map(([queue = '', , jobs = '']) => [queue, jobs]),
    );
    expect([...rows.keys()]).toEqual(QUEUE_NAMES.map((name) => `\`${name}\``));
    const missing = QUEUE_NAMES.flatMap((name) =>
      Object.keys(contractOf(name).jobs)
        .filter((job) => !codeSpans(rows.get(`\`${name}\``) ?? '').includes(job))
        .map((job) => `${name}:${job}`),
    );
    expect(missing).toEqual([]);
  });

  it('has every folder of the source', () => {
    const folders = PROJECT_PATHS.filter((path) =>
      /^src\/[a-z-]+$|^(config|queues|processors|web|bench|test|scripts)$/.test(path),
    );
    const map = section(architecture, 'Folders and who may import whom');
    expect(folders.filter((folder) => !map.includes(`\n${folder}/ `))).toEqual([]);
  });
});

describe('docs/operations.md', () => {
  it('has every job that people may add, and no other, each with a request to copy', () => {
    const page = section(read('docs/operations.md'), 'Asking for work');
    const jobs = QUEUE_NAMES.flatMap((queue) => jobsForPeople(queue).map((name) => [queue, name] as const));
    const listed = tableRows(page).flatMap(([first = '']) => codeSpans(first));
    expect([...listed].sort()).toEqual(jobs.map((job) => job.join(':')).sort());
    const lines = page.replaceAll('\\"', '"').split('\n');
    const missing = jobs.filter(
      ([queue, name]) =>
        !lines.some((line) => line.includes(`/api/jobs/${queue} `) && line.includes(`"name":"${name}"`)),
    );
    expect(missing).toEqual([]);
  });
});

describe('docs/configuration.md', () => {
  const page = read('docs/configuration.md');
  /** Groups whose keys are symbols of markets. */
  const BY_SYMBOL = ['replay.markets', 'backtest.forward.markets'];
  const leavesOf = (tree: unknown, path: string): readonly string[] =>
    typeof tree === 'object' && tree !== null && !Array.isArray(tree) && !BY_SYMBOL.includes(path)
      ? Object.entries(tree).flatMap(([key, value]) => leavesOf(value, path === '' ? key : `${path}.${key}`))
      : [path];
  const listed = (heading: string): readonly string[] =>
    tableRows(section(page, heading)).flatMap(([first = '']) => codeSpans(first));

  it.each(['agents', 'database', 'exchange', 'risk'])('has the keys of config/%s.yaml, and no other', (name) => {
    const file = `config/${name}.yaml`;
    expect([...listed(file)].sort()).toEqual([...leavesOf(parse(read(file)) as unknown, '')].sort());
  });

  it('has every variable that config/ reads, and .env.example has them as well', () => {
    const source = read('config/environment.ts');
    const variables = [...source.matchAll(/^ {2}([A-Z_]+): '|[{ ]([A-Z_]+): '/gm)].map(
      (match) => match[1] ?? match[2]!,
    );
    expect(variables.length).toBeGreaterThan(4);
    expect([...listed('Environment')].sort()).toEqual([...variables].sort());
    const example = read('.env.example');
    expect(variables.filter((variable) => !example.includes(`\n${variable}=`))).toEqual([]);
    // Each listed name must be one that config/ reads.
    const everySet = Object.fromEntries(variables.map((variable) => [variable, 'x']));
    expect(Object.keys({ ...secretsFrom(everySet), ...runtimeFrom(everySet) })).toHaveLength(variables.length);
  });

  it('the examples of .env.example are accepted', () => {
    const environment: Record<string, string> = {};
    for (const [, name, value] of read('.env.example').matchAll(/^# {3}(CORP_\w+)=(.*)$/gm))
      environment[name!] = value!;
    expect(Object.keys(environment).length).toBeGreaterThan(2);
    const config = loadConfig({ directory: join(ROOT, 'config'), environment });
    expect(config.risk.maxAssetExposure).toBe(0.03);
  });
});

describe('examples/', () => {
  it('has a spec of each family', () => {
    const written = FAMILIES.filter((family) => PROJECT_PATHS.includes(`examples/${family}.json`));
    expect(written).toEqual([...FAMILIES]);
  });
});

describe('decision records', () => {
  const records = DOCUMENTS.filter((path) => /^docs\/adr\/\d/.test(path)).sort();

  it('are numbered without gaps, and listed', () => {
    expect(records.map((path) => Number(path.slice(9, 13)))).toEqual(records.map((_, i) => i + 1));
    const index = read('docs/adr/README.md');
    expect(records.filter((path) => !index.includes(`(${path.slice(9)})`))).toEqual([]);
  });

  it.each(records)('%s has context, decision and consequences', (path) => {
    const headings = [...read(path).matchAll(/^## (.*)$/gm)].map((match) => match[1]);
    expect(headings).toEqual(['Context', 'Decision', 'Consequences']);
    expect(read(path)).toMatch(new RegExp(`^# ${path.slice(9, 13)}: `));
  });
});

describe('links and paths', () => {
  const anchorOf = (heading: string): string =>
    heading
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N}_ -]/gu, '')
      .replaceAll(' ', '-');
  const headingsIn = (path: string): readonly string[] =>
    [...withoutCode(read(path)).matchAll(/^#{1,4} (.*)$/gm)].map((match) => anchorOf(match[1]!));
  /** Whether a path from the root is a file of the project and the part after `#` is one of its headings. */
  const isThere = (target: string): boolean => {
    const [file = '', anchor] = target.split('#');
    if (file.startsWith('..') || !existsSync(join(ROOT, file))) return false;
    return anchor === undefined || (file.endsWith('.md') && headingsIn(file).includes(anchor));
  };

  it.each(DOCUMENTS)('in %s resolve', (path) => {
    const links = [...withoutCode(read(path)).matchAll(/\]\(([^)\s]+)\)/g)].map((match) => match[1]!);
    const dead = links.filter((link) => {
      if (/^https?:/.test(link)) return false;
      return !isThere(link.startsWith('#') ? path + link : normalize(join(dirname(path), link)));
    });
    expect(dead).toEqual([]);
  });

  it.each(DOCUMENTS)('%s has no two headings with the same anchor', (path) => {
    const headings = headingsIn(path);
    // A changelog repeats headings in each version; no link uses them.
    const repeated = path === 'CHANGELOG.md' ? [] : headings.filter((heading, i) => headings.indexOf(heading) !== i);
    expect(repeated).toEqual([]);
  });

  it.each(DOCUMENTS)('%s names only files and folders that exist', (path) => {
    const named = codeSpans(read(path)).filter((text) =>
      /^(config|queues|processors|src|web|bench|test|scripts|docs|examples|\.github|\.ci)\/[\w./-]+$/.test(text),
    );
    expect(named.filter((text) => !existsSync(join(ROOT, text)))).toEqual([]);
  });

  describe('every document that is mentioned is part of the project', () => {
    const texts = PROJECT_PATHS.filter((path) =>
      /\.(ts|mjs|js|json|ya?ml|html|css|md)$|(^|\/)(Dockerfile|\.env\.example|run)$/.test(path),
    ).filter((path) => path !== 'package-lock.json');

    it('by its path from the root, or from the document that names it', () => {
      const unknown = texts.flatMap((path) =>
        [...read(path).matchAll(/(?<![\w*}/.-])(?:\.{0,2}\/)?[\w-][\w./-]*\.md\b(?:#[a-z\d_-]+)?/g)]
          .map(([name]) => name)
          .filter((name) => !isThere(normalize(name.replace(/^\//, ''))) && !isThere(join(dirname(path), name)))
          .map((name) => `${path}: ${name}`),
      );
      expect(unknown).toEqual([]);
    });

    it('a decision record by its number', () => {
      const records = new Set(DOCUMENTS.flatMap((path) => /^docs\/adr\/(\d{4})/.exec(path)?.[1] ?? []));
      const unknown = texts.flatMap((path) =>
        [...read(path).matchAll(/\b(?:docs\/adr\/|ADR )(\d{4})/g)]
          .filter(([, number]) => !records.has(number!))
          .map(([text]) => `${path}: ${text}`),
      );
      expect(unknown).toEqual([]);
    });

    it('a simulation rule by its number', () => {
      const rules = new Set(
        [...section(read('docs/simulation-rules.md'), 'Rules').matchAll(/^(\d+)\. /gm)].map(([, number]) => number),
      );
      const cited = texts.flatMap((path) =>
        [...read(path).matchAll(/simulation-rules\.md,? rules? ([\d, and to]+)/g)].flatMap(([, list]) =>
          [...list!.matchAll(/\d+/g)].map(([number]) => ({ path, number })),
        ),
      );
      expect(cited.length).toBeGreaterThan(15);
      expect(cited.filter(({ number }) => !rules.has(number))).toEqual([]);
    });

    it('only tests read data from outside the repository', () => {
      const outside = texts.filter((path) => !path.startsWith('test/') && /\.\.\/shared\b/.test(read(path)));
      // CONTRIBUTING documents where the tests look for them.
      expect(outside.filter((path) => path !== 'CONTRIBUTING.md')).toEqual([]);
    });

    it('no text cites an issue by its number', () => {
      const cited = texts.flatMap((path) =>
        [...read(path).matchAll(/\bissue #?\d+\b/gi)].map(([text]) => `${path}: ${text}`),
      );
      expect(cited).toEqual([]);
    });
  });
});
