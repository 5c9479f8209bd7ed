import { describe, expect, it } from 'vitest';
import { HOUR, isoOf, readText, refusalOf, rowOf, START, tableOf } from '../../fixtures/candle-files/read-text.ts';

const HEADER = 'time,open,high,low,close,volume';
const plain = (header: string | null): string => tableOf(header, 30, (i) => `${isoOf(START + i * HOUR)},${rowOf(i)}`);
const quoted = (content: string, end = ''): string =>
  content.replaceAll(/^.+$/gm, (line) => `"${line.replaceAll('"', '""')}"${end}`);

describe('lines that are one quoted cell each', () => {
  const wanted = readText(plain(HEADER)).columns;
  it.each<[what: string, content: string]>([
    ['with a header', quoted(plain(HEADER))],
    ['without a header', quoted(plain(null))],
    ['below a plain header', `${HEADER}\n${quoted(plain(null))}`],
    ['below a title', `"Exported by a program"\n${quoted(plain(HEADER))}`],
    ['with semicolons inside', quoted(plain(HEADER)).replaceAll(',', ';')],
    ['with empty cells behind', quoted(plain(HEADER), ',,')],
    ['with quotes inside', quoted(plain(HEADER).replaceAll(/^[^,]+/gm, (time) => `"${time}"`))],
    ['with other line ends', quoted(plain(HEADER)).replaceAll('\n', '\r\n')],
  ])('%s', (_what, content) => {
    expect(readText(content).columns).toEqual(wanted);
  });

  it('have the line numbers of the file', () => {
    expect(refusalOf(quoted(plain(HEADER).replace('40015', 'abc')))).toMatch(/^line 2: high 'abc' is not a number/);
  });

  it('are no other than cells that are all quoted', () => {
    const content = plain(HEADER).replaceAll(/[^,\n]+/g, (cell) => `"${cell}"`);
    expect(readText(content).columns).toEqual(wanted);
  });
});
