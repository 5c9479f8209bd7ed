import { PassThrough } from 'node:stream';
import { type Command } from 'commander';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { COMMAND_NAMES } from '../../src/cli/command-list.ts';
import { createIo } from '../../src/cli/output/io.ts';
import { createProgram } from '../../src/cli/program.ts';
import { codeSpans, DOCUMENTS, read, ROOT, section, tableRows } from './project-files.ts';

const program = await createProgram(
  createIo({ stdout: new PassThrough(), stderr: new PassThrough() }, { environment: {}, cwd: ROOT }),
  COMMAND_NAMES,
);

/** The subcommands that `--help` shows. */
const childrenOf = (command: Command): readonly Command[] =>
  command
    .createHelp()
    .visibleCommands(command)
    .filter((child) => child.name() !== 'help');
const find = (command: Command, name: string): Command | undefined =>
  childrenOf(command).find((child) => child.name() === name);

/** The error in a line like `corp start --port 3100`; null if the program accepts it. */
function faultOf(line: string): string | null {
  const words = line
    .replace(/\s+#.*$/, '')
    .split(/\s+/)
    .slice(1);
  let command = program;
  let depth = 0;
  for (let child = find(command, words[0] ?? ''); child; child = find(command, words[depth] ?? '')) {
    command = child;
    depth += 1;
  }
  const next = words[depth];
  const takesWord = next === undefined || next.startsWith('-') || childrenOf(command).length === 0;
  if (!takesWord && /^[a-z]/.test(next)) return `${line}: no command ${next}`;
  const flags = [...line.matchAll(/(?<![\w-])--[a-z][a-z-]*/g)].map((match) => match[0]);
  const known = ['--help', ...[command, program].flatMap((c) => c.options.map(({ long }) => long))];
  const unknown = flags.find((flag) => !known.includes(flag));
  return unknown === undefined ? null : `${line}: no flag ${unknown}`;
}

/** Lines of fenced shell blocks and texts in backquotes that match `start`. */
function linesWith(markdown: string, start: RegExp): readonly string[] {
  const fenced = [...markdown.matchAll(/^```(?:bash(?: run)?|text)\n([\s\S]*?)^```/gm)].flatMap((match) =>
    match[1]!.split('\n'),
  );
  return [...fenced, ...codeSpans(markdown)]
    .map((line) => line.trim().replace(/^\$ /, ''))
    .map((line) =>
      line.replace(/^(?:[A-Z_]+=\S+ )+/, '').replace(/^npx (?=corp)|^docker compose exec \w+ (?=corp)/, ''),
    )
    .filter((line) => start.test(line));
}

describe('commands in the documents exist', () => {
  it.each(DOCUMENTS.filter((path) => path !== 'docs/architecture.md'))('in %s', (path) => {
    const text = read(path);
    const corp = linesWith(text, /^corp( [a-z<]|$)/).map((line) => faultOf(line.replaceAll('\\|', '|')));
    const start = linesWith(text, /^npm start -- --/).map((line) =>
      faultOf(`corp start ${line.slice('npm start -- '.length)}`),
    );
    expect([...corp, ...start].filter((fault) => fault !== null)).toEqual([]);
  });

  it('of npm', () => {
    const { scripts } = JSON.parse(read('package.json')) as { scripts: Record<string, string> };
    const named = DOCUMENTS.flatMap((path) => linesWith(read(path), /^npm run /)).map((line) => line.split(/\s+/)[2]!);
    expect(named.length).toBeGreaterThan(2);
    expect(named.filter((name) => !Object.hasOwn(scripts, name))).toEqual([]);
  });

  it('of docker-compose.yml', () => {
    const { services } = parse(read('docker-compose.yml'), { merge: true }) as {
      services: Record<string, { image: string; command: string[]; healthcheck: { test: string[] } }>;
    };
    const ours = Object.values(services).filter(({ image }) => image === 'bittrading-corp');
    const lines = ours.flatMap(({ command, healthcheck }) => [
      `corp ${command.join(' ')}`,
      ...healthcheck.test.filter((text) => text.startsWith('corp ')).map((text) => text.split(' | ')[0]!),
    ]);
    expect(lines.length).toBeGreaterThan(3);
    expect(lines.map(faultOf).filter((fault) => fault !== null)).toEqual([]);
  });
});

it('the README has every command of the program', () => {
  const rows = tableRows(section(read('README.md'), 'Command line'));
  const named = rows.flatMap(([first = '']) => codeSpans(first).map((text) => text.replace(/^corp /, '')));
  const leaves = (command: Command, path: string): readonly string[] =>
    childrenOf(command).length === 0
      ? [path]
      : childrenOf(command).flatMap((child) => leaves(child, `${path} ${child.name()}`.trim()));
  const missing = leaves(program, '').filter(
    (path) => !named.some((text) => text === path || text.startsWith(`${path} `)),
  );
  expect(missing).toEqual([]);
});
