/**
 * How a block ends. `well` (info string `bash run`): with exit code 0. `badly` (`bash run fails`): with another. `ctrl-c` (`bash run ctrl-c`): interrupted as soon
 * as it has printed what it must. `with-document` (`bash run service`): so that the blocks after it can use it.
 */
const ENDINGS = {
  'bash run': 'well',
  'bash run fails': 'badly',
  'bash run ctrl-c': 'ctrl-c',
  'bash run service': 'with-document',
} as const;

/** A fenced block of a document that is executed. */
export interface RunnableBlock {
  /** Line of the opening fence, from 1. */
  readonly line: number;
  readonly script: string;
  readonly ends: (typeof ENDINGS)[keyof typeof ENDINGS];
  /** What it must print: the lines of the `text output` block right after it; empty where there is none. */
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

/** The blocks of a Markdown text that are executed, in order. @throws Error for an output that follows nothing that runs. */
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
 * The expected lines that an output does not have, in the order in which they are expected: each is looked for after the
 * one before. Spaces count as one; `...` stands for anything, and a line of nothing else says that lines are left out.
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
