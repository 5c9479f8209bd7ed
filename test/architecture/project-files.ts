import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

export const ROOT = process.cwd();

/** The folders that .gitignore excludes, and .git. */
const NOT_OURS = /(^|\/)(node_modules|dist|\.data|logs|coverage|\.git)$|\.tsbuildinfo$|^\.env$/;

function below(folder: string): readonly string[] {
  return readdirSync(join(ROOT, folder), { withFileTypes: true }).flatMap((entry) => {
    const path = folder === '' ? entry.name : `${folder}/${entry.name}`;
    if (NOT_OURS.test(path)) return [];
    return entry.isDirectory() ? [path, ...below(path)] : entry.isFile() ? [path] : [];
  });
}

const all = below('');

/** Every folder and file of the repository, relative to its root. */
export const PROJECT_PATHS: readonly string[] = all;

export const read = (path: string): string => readFileSync(join(ROOT, path), 'utf8');

/** Files under these folders with this ending. */
export const filesIn = (folders: readonly string[], ending: string): readonly string[] =>
  all.filter((path) => folders.some((folder) => path.startsWith(`${folder}/`)) && path.endsWith(ending));

export const SOURCES: readonly string[] = filesIn(['config', 'queues', 'processors', 'src', 'bench'], '.ts');
export const DOCUMENTS: readonly string[] = all.filter((path) => path.endsWith('.md'));

/** Cells of every table row of a Markdown text, without heads and rules; `\|` is a bar inside a cell. */
export function tableRows(markdown: string): readonly (readonly string[])[] {
  const lines = markdown.split('\n');
  return lines.flatMap((line, i) => {
    const isHead = /^\|[-| ]+\|$/.test(lines[i + 1] ?? '');
    if (!line.startsWith('|') || isHead || /^\|[-| ]+\|$/.test(line)) return [];
    return [
      line
        .slice(1, -1)
        .split(/(?<!\\)\|/)
        .map((cell) => cell.trim()),
    ];
  });
}

/** The part of a Markdown text under a heading of level two. */
export function section(markdown: string, heading: string): string {
  const from = markdown.indexOf(`\n## ${heading}\n`);
  if (from < 0) throw new Error(`there is no section '${heading}'`);
  const to = markdown.indexOf('\n## ', from + 1);
  return markdown.slice(from, to < 0 ? undefined : to);
}

/** Texts in backquotes. */
export const codeSpans = (markdown: string): readonly string[] =>
  [...markdown.matchAll(/`([^`\n]+)`/g)].map((match) => match[1]!);

/** A Markdown text without fenced blocks, in which `#` starts a comment and not a heading. */
export const withoutCode = (markdown: string): string => markdown.replaceAll(/^```[\s\S]*?^```$/gm, '');
