/**
 * How a block ends, by info string. `success`: exit code 0. `failure`: another exit code. `ctrl-c`: SIGINT as soon as
 * it has printed the expected lines. `with-document`: stopped after the last block, so that later blocks can use the
 * service.
 */
const ENDINGS = {
  'bash run': 'success',
  'bash run fails': 'failure',
  'bash run ctrl-c': 'ctrl-c',
  'bash run service': 'with-document',
} as const;

/** A fenced block of a document that is executed. */
export interface RunnableBlock {
  /** Line of the opening fence, from 1. */
  readonly line: number;
  readonly script: string;
  readonly ends: (typeof ENDINGS)[keyof typeof ENDINGS];
  /** Lines it must print: the `text output` block right after it; empty when there is none. */
  readonly expected: readonly string[];
}

interface Fence {
  readonly line: number;
  readonly info: string;
  readonly text: string;
  /** Line after the closing fence. */
  readonly end: number;
}

function fencesOf(markdown: string): readonly Fence[] {
  const lines = markdown.split('\n');
  const fences: Fence[] = [];
  for (let i = 0; i < lines.length; i += 1) {
    const info = /^```(.+)$/.exec(lines[i]!)?.[1];
    if (info === undefined) continue;
    const close = lines.indexOf('```', i + 1);
    if (close < 0) throw new Error(`line ${i + 1}: the block is not closed`);
    fences.push({ line: i + 1, info: info.trim(), text: lines.slice(i + 1, close).join('\n'), end: close + 2 });
    i = close;
  }
  return fences;
}

/**
 * The executed blocks of a Markdown text, in order. @throws Error for an output block that follows no executed block.
 */
export function runnableBlocks(markdown: string): readonly RunnableBlock[] {
  const fences = fencesOf(markdown);
  return fences.flatMap(({ line, info, text }, i): readonly RunnableBlock[] => {
    const before = fences[i - 1];
    if (info === 'text output' && !before?.info.startsWith('bash run')) {
      throw new Error(`line ${line}: a 'text output' block follows a 'bash run' block`);
    }
    const ends = Object.entries(ENDINGS).find(([name]) => name === info)?.[1];
    if (ends === undefined) {
      if (info.startsWith('bash run'))
        throw new Error(`line ${line}: '${info}' is none of ${Object.keys(ENDINGS).join(', ')}`);
      return [];
    }
    const next = fences[i + 1];
    const expected = next?.info === 'text output' ? next.text.split('\n').filter((row) => row.trim() !== '') : [];
    return [{ line, script: text, ends, expected }];
  });
}

const squeezed = (text: string): string => text.trim().replaceAll(/\s+/g, ' ');
const escaped = (text: string): string => text.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&');

/**
 * Returns the expected lines that are missing in an output. Each line is searched for after the previous match. Runs of
 * spaces count as one space; `...` matches any text, and a line that is only `...` matches any number of lines.
 */
export function missingLines(output: string, expected: readonly string[]): readonly string[] {
  const rows = output.split('\n').map(squeezed);
  let from = 0;
  return expected.filter((line) => {
    if (line.trim() === '...') return false;
    const pattern = new RegExp(`^${squeezed(line).split('...').map(escaped).join('.*')}$`);
    const found = rows.findIndex((row, i) => i >= from && pattern.test(row));
    if (found < 0) return true;
    from = found + 1;
    return false;
  });
}
