const NONE = '–';

/** @typedef {number | null | undefined} Maybe */

/** An amount in quote currency. Small prices keep their significant digits. @param {Maybe} value */
export function money(value) {
  if (value === null || value === undefined) return NONE;
  const digits = Math.abs(value) >= 1 || value === 0 ? 2 : 6;
  return value.toLocaleString('en-US', { minimumFractionDigits: 2, maximumFractionDigits: digits });
}

/** @param {number} value */
export const amount = (value) => value.toLocaleString('en-US', { maximumSignificantDigits: 6 });
/** @param {number} value */
export const count = (value) => value.toLocaleString('en-US');
/** @param {Maybe} value */
export const fixed = (value, digits = 2) => (value === null || value === undefined ? NONE : value.toFixed(digits));

/** @param {Maybe} fraction */
export function percent(fraction, digits = 2) {
  if (fraction === null || fraction === undefined || !Number.isFinite(fraction)) return NONE;
  return `${fraction > 0 ? '+' : ''}${(fraction * 100).toFixed(digits)} %`;
}

/** @param {Maybe} ms */
export function duration(ms) {
  if (ms === null || ms === undefined) return NONE;
  if (ms < 1000) return `${Math.round(ms)} ms`;
  const seconds = ms / 1000;
  if (seconds < 60) return `${seconds.toFixed(seconds < 10 ? 1 : 0)} s`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min`;
  if (seconds < 86_400) return `${Math.floor(seconds / 3600)} h`;
  return `${Math.floor(seconds / 86_400)} d`;
}

/** `2026-03-01 14:00`, UTC. @param {Maybe} ms */
export const utc = (ms) => (ms ? new Date(ms).toISOString().slice(0, 16).replace('T', ' ') : NONE);
/** `03-01 14:00`, UTC. @param {Maybe} ms */
export const shortUtc = (ms) => (ms ? utc(ms).slice(5) : NONE);
/** Local time of the browser. @param {number} ms epoch ms */
export const clock = (ms) => new Date(ms).toLocaleTimeString('en-GB');
/** @param {string} hash */
export const short = (hash) => hash.slice(0, 8);
/** CSS class by the sign of the value; empty for 0. @param {number} value */
export const sign = (value) => (value > 0 ? 'good-text' : value < 0 ? 'bad-text' : '');

/**
 * Paper accounts of incubating strategies, whose figures are not the company's.
 * @param {string} account
 */
export const isIncubation = (account) => account.includes('.incubation.');
