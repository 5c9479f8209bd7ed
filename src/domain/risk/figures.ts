/** Number formats for the texts of verdicts and trading states. */

export const percent = (fraction: number): string => `${(fraction * 100).toFixed(2)} %`;

export const money = (value: number, quote = ''): string => (quote ? `${value.toFixed(2)} ${quote}` : value.toFixed(2));

/** Amounts and prices: eight significant digits, no trailing zeros, no exponent. */
export const plain = (value: number): string =>
  value.toLocaleString('en-US', { maximumSignificantDigits: 8, useGrouping: false });

export const utc = (time: number): string => new Date(time).toISOString().slice(0, 16).replace('T', ' ') + ' UTC';
