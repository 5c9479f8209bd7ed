/** How a file writes numbers: its decimal sign, and the sign between thousands ('' when there is none). */
export interface NumberStyle {
  readonly decimal: '.' | ',';
  readonly group: '' | ',' | '.' | "'" | ' ';
}

export type DecimalSign = 'point' | 'comma';

/** Plain styles first: a file that one of them reads needs no groups. */
export const NUMBER_STYLES: readonly NumberStyle[] = [
  { decimal: '.', group: '' },
  { decimal: ',', group: '' },
  { decimal: '.', group: ',' },
  { decimal: ',', group: '.' },
  { decimal: '.', group: "'" },
  { decimal: ',', group: "'" },
  { decimal: '.', group: ' ' },
  { decimal: ',', group: ' ' },
];

const MISSING = /^(?:|-+|[#]?n\/?a!?|nan|[+-]?1\.#(?:ind|qnan)|null|none|nil|\\n|undefined|\.)$/i;
const PLAIN = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/;
const WITH_COMMA = /^[+-]?(?:\d+,?\d*|,\d+)(?:[eE][+-]?\d+)?$/;
/** Thousands, or lakhs and crores. A group never begins with 0, so 0,085 is no group. */
const GROUPED = /^[+-]?[1-9]\d{0,2}(?: \d{3})+(?:\.\d*)?$|^[+-]?[1-9]\d?(?: \d{2})* \d{3}(?:\.\d*)?$/;
const CURRENCY = /^([+-]?)\s*[$€£¥₹₿]\s*|\s*[$€£¥₹₿]$|\s+[A-Z]{3,4}$/g;

/** No number and no time is longer; a longer cell would only cost time. */
export const MAX_CELL = 64;

/** Whether a cell says that there is no value. */
export const isMissing = (cell: string): boolean => cell.length <= MAX_CELL && MISSING.test(cell);

/**
 * The number of a trimmed cell in its plain form (`40000.00`), or null when the cell is not a number of this style. A
 * currency sign at an end is dropped.
 */
export function plainNumber(cell: string, { decimal, group }: NumberStyle): string | null {
  if (cell.length > MAX_CELL) return null;
  if (decimal === '.' && PLAIN.test(cell)) return cell;
  const text = /[$€£¥₹₿]|\d\s+[A-Z]{3,4}$/.test(cell) ? cell.replaceAll(CURRENCY, '$1') : cell;
  if (decimal === ',' && WITH_COMMA.test(text)) return text.replace(',', '.');
  if (decimal === '.' && PLAIN.test(text)) return text;
  if (group === '' || !text.includes(group === "'" || group === ' ' ? '' : group)) return null;
  const spaced = spacedGroups(text, group, decimal);
  return spaced !== null && GROUPED.test(spaced) ? spaced.replaceAll(' ', '') : null;
}

/** The text with ' ' between groups and '.' before the fraction; null when it holds other separators. */
function spacedGroups(text: string, group: string, decimal: string): string | null {
  let spaced = '';
  for (const character of text) {
    const plain =
      character === '’' || character === '`' ? "'" : /[\u00A0\u202F\u2009]/.test(character) ? ' ' : character;
    if (plain === decimal) spaced += '.';
    else if (plain === group) spaced += ' ';
    else if (/[\d+-]/.test(plain)) spaced += plain;
    else return null;
  }
  return spaced;
}

/** Digits printed after the decimal point of a plain number; an exponent shifts them. 1.50e-7 prints 9. */
export function printedDecimals(plain: string): number {
  const point = plain.indexOf('.');
  const exponentAt = plain.search(/[eE]/);
  if (point === -1 && exponentAt === -1) return 0;
  const end = exponentAt === -1 ? plain.length : exponentAt;
  const exponent = exponentAt === -1 ? 0 : Number(plain.slice(exponentAt + 1));
  return Math.max(0, (point === -1 ? 0 : end - point - 1) - exponent);
}

/** The styles that read all cells, without those that only add groups to a simpler one that does too. */
export function stylesOf(cells: readonly string[]): readonly NumberStyle[] {
  const reading = NUMBER_STYLES.filter((style) => cells.every((cell) => plainNumber(cell, style) !== null));
  const distinct: NumberStyle[] = [];
  for (const style of reading) {
    const isNew = distinct.every((known) =>
      cells.some((cell) => Number(plainNumber(cell, known)) !== Number(plainNumber(cell, style))),
    );
    if (isNew) distinct.push(style);
  }
  return distinct;
}
