/** Number formats for the texts of verdicts and trading states. */

export const percent = (fraction: number): string => `${(fraction * 100).toFixed(2)} %`;

export const money = (value: number, quote = ''): string => (quote ? `${value.toFixed(2)} ${quote}` : value.toFixed(2));

/** Made once: `toLocaleString` with options makes one for each number. */
const EIGHT_DIGITS = new Intl.NumberFormat('en-US', { maximumSignificantDigits: 8, useGrouping: false });

/** Amounts and prices: eight significant digits, no trailing zeros, no exponent. */
export const plain = (value: number): string => EIGHT_DIGITS.format(value);

/** The furthest time from 1970 that a date can be, ms. */
const LAST_DATE_MS = 8.64e15;

/** A number that is no date is written as it is. */
export const utc = (time: number): string =>
  Math.abs(time) <= LAST_DATE_MS ? new Date(time).toISOString().slice(0, 16).replace('T', ' ') + ' UTC' : String(time);
