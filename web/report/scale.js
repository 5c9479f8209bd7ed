/** @typedef {ReturnType<typeof createScale>} Scale */

/** The smallest step of 1, 2, 5 x 10^n for which at most `most` steps fit into `span`. @param {number} span @param {number} most */
export function roundStep(span, most) {
  const least = span / Math.max(1, most);
  const power = 10 ** Math.floor(Math.log10(least));
  return power * ([1, 2, 5, 10].find((step) => step * power >= least * (1 - 1e-9)) ?? 10);
}

/** Round numbers from `low` to `high`; at least two, even if `most` is 1, because one tick does not define a scale. @param {number} low @param {number} high @param {number} most */
export function roundTicks(low, high, most) {
  if (!(high > low)) return [];
  for (let tries = most; ; tries += 1) {
    const step = roundStep(high - low, tries);
    const first = Math.ceil(low / step - 1e-9);
    const count = Math.floor(high / step + 1e-9) - first + 1;
    if (count < 2) continue;
    return Array.from({ length: count }, (_, i) => Number(((first + i) * step).toPrecision(12)));
  }
}

/** Round numbers on a logarithmic scale. @param {number} low @param {number} high @param {number} most */
export function logTicks(low, high, most) {
  if (high / low < 4) return roundTicks(low, high, most);
  /** @type {number[]} */
  const powers = [];
  for (let power = 10 ** Math.floor(Math.log10(low)); power <= high; power *= 10) powers.push(power);
  const within = (/** @type {number[]} */ steps) =>
    powers.flatMap((power) => steps.map((step) => step * power)).filter((tick) => tick >= low && tick <= high);
  const choices = [within([1, 2, 3, 5]), within([1, 2, 5]), within([1, 3]), within([1])];
  const every = Math.ceil(choices[3].length / Math.max(1, most));
  return choices.find((ticks) => ticks.length <= most) ?? choices[3].filter((_, i) => i % every === 0);
}

/**
 * Maps values to pixels; larger values are higher.
 * @param {{low: number, high: number, top: number, bottom: number, isLog?: boolean, gap?: number}} options `gap`: minimum
 *   pixels between two ticks. A logarithmic scale needs `low` above zero.
 */
export function createScale({ low, high, top, bottom, isLog = false, gap = 26 }) {
  // Centre a flat line.
  const pad = high > low ? 0 : Math.abs(high) * 0.01 || 1;
  const useLog = isLog && low - pad > 0;
  const [from, to] = [low - pad, high + pad];
  const position = useLog ? Math.log : (/** @type {number} */ value) => value;
  const [start, end] = [position(from), position(to)];
  const most = Math.max(1, Math.floor((bottom - top) / gap));
  return {
    top,
    bottom,
    ticks: useLog ? logTicks(from, to, most) : roundTicks(from, to, most),
    /** @param {number} value */
    y: (value) => bottom - ((position(value) - start) / (end - start)) * (bottom - top),
    /** @param {number} y */
    valueAt: (y) => {
      const value = start + ((bottom - y) / (bottom - top)) * (end - start);
      return useLog ? Math.exp(value) : value;
    },
  };
}

/** Number of decimals needed to distinguish the ticks. @param {number[]} ticks @param {number} most */
export function decimalsFor(ticks, most) {
  const isTold = (/** @type {number} */ decimals) =>
    ticks.every((tick) => Math.abs(Number(tick.toFixed(decimals)) - tick) <= Math.abs(tick) * 1e-9);
  let decimals = 0;
  while (decimals < most && !isTold(decimals)) decimals += 1;
  return decimals;
}
