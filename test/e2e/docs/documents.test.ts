import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DOCUMENTS, read } from '../../architecture/project-files.ts';
import { missingLines, runnableBlocks } from './document-blocks.ts';
import { openReaderDirectory, type ReaderDirectory } from './run-block.ts';

const DOCUMENTS_THAT_RUN = DOCUMENTS.map((path) => ({ path, blocks: runnableBlocks(read(path)) })).filter(
  ({ blocks }) => blocks.length > 0,
);

it('the README has executed blocks', () => {
  expect(DOCUMENTS_THAT_RUN.map(({ path }) => path)).toContain('README.md');
});

describe.each(DOCUMENTS_THAT_RUN)('$path, executed from top to bottom', ({ path, blocks }) => {
  let reader: ReaderDirectory;
  beforeAll(async () => {
    reader = await openReaderDirectory();
  });
  afterAll(async () => reader.close());

  it.each(blocks.map((block) => ({ name: `${path}:${block.line}`, block })))('$name', async ({ block }) => {
    await reader.run(block);
  });
});

describe('the expected output of a block', () => {
  const output = 'one   two\nthree: 3.14 s\nfour\n';
  it('is matched in order, with any spaces, and ... for any text', () => {
    expect(missingLines(output, ['one two', '...', 'three: ... s', 'four'])).toEqual([]);
    expect(missingLines(output, ['four', 'one two'])).toEqual(['one two']);
    expect(missingLines(output, ['three: ... ms'])).toEqual(['three: ... ms']);
  });

  it('stands right after the block that prints it', () => {
    const markdown = '```bash run\necho a\n```\n\n```text output\na\n```\n\n```bash run service\nsleep 1\n```\n';
    expect(runnableBlocks(markdown)).toEqual([
      { line: 1, script: 'echo a', ends: 'success', expected: ['a'] },
      { line: 9, script: 'sleep 1', ends: 'with-document', expected: [] },
    ]);
    expect(() => runnableBlocks('```bash run twice\ntrue\n```\n')).toThrow("line 1: 'bash run twice' is none of");
    expect(() => runnableBlocks('```text output\na\n```\n')).toThrow("line 1: a 'text output' block follows");
  });
});
