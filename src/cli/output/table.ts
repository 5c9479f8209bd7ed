export type Cell = string | number | boolean | null | undefined;
/** Cells by column title. The first row defines the columns and their order. */
export type Row = Readonly<Record<string, Cell>>;

const GAP = '  ';
const NUMBER_FORMAT: Intl.NumberFormatOptions = { maximumSignificantDigits: 15, useGrouping: false };

/** Control characters in a stored text must not reach the terminal. */
const CONTROL = /\p{Cc}+/gu;

/** Formats without exponent. Intl is only the fallback: its first use takes a tenth of a short command's time. */
function numberText(value: number): string {
  const text = String(Number(value.toPrecision(15)));
  return /^-?[\d.]+$/.test(text) ? text : value.toLocaleString('en-US', NUMBER_FORMAT);
}

function textOf(cell: Cell): string {
  if (cell === null || cell === undefined) return '-';
  return typeof cell === 'number' ? numberText(cell) : String(cell).replaceAll(CONTROL, ' ');
}

/** Formats rows as aligned columns with titles; columns of numbers are right-aligned. */
export function formatTable(rows: readonly Row[]): string {
  const columns = Object.keys(rows[0] ?? {}).map((title) => {
    const cells = rows.map((row) => row[title]);
    const known = cells.filter((cell) => cell !== null && cell !== undefined);
    const texts = [title, ...cells.map(textOf)];
    const width = Math.max(...texts.map(({ length }) => length));
    const isNumeric = known.length > 0 && known.every((cell) => typeof cell === 'number');
    return texts.map((text) => (isNumeric ? text.padStart(width) : text.padEnd(width)));
  });
  const lines = [0, ...rows.map((_, i) => i + 1)].map((line) => columns.map((column) => column[line]).join(GAP));
  return lines.map((line) => line.trimEnd()).join('\n');
}
