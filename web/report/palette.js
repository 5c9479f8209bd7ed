const NAMES = /** @type {const} */ ([
  'panel',
  'line',
  'text',
  'muted',
  'gain',
  'loss',
  'equity',
  'hold',
  'candle',
  'band',
  'missing',
  'tag',
  'tag-text',
]);

/** @typedef {Record<(typeof NAMES)[number], string>} Palette */

/** The current colours of the page: light, dark or print. */
export function readPalette() {
  const style = getComputedStyle(document.documentElement);
  return /** @type {Palette} */ (
    Object.fromEntries(NAMES.map((name) => [name, style.getPropertyValue(`--${name}`).trim()]))
  );
}

export const FONT = '11px system-ui, -apple-system, "Segoe UI", Roboto, sans-serif';
