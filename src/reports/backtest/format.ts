import { isoTime, percent } from '../figures.ts';

/** Shown for an undefined figure. */
export const NOTHING = '–';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

export const share = (fraction: number | null): string => percent(fraction) ?? NOTHING;

/** A percentage with its sign, for gains and losses. */
export function change(fraction: number | null): string {
  return fraction !== null && fraction > 0 ? `+${share(fraction)}` : share(fraction);
}

export const ratio = (value: number | null): string => value?.toFixed(2) ?? NOTHING;

export const count = (value: number): string => value.toLocaleString('en-US');

export const money = (value: number | null): string =>
  value?.toLocaleString('en-US', { minimumFractionDigits: 2, maximumFractionDigits: 2 }) ?? NOTHING;

/** `2026-01-22 19:35`, UTC. */
export const minuteOf = (time: number): string => isoTime(time).slice(0, 16).replace('T', ' ');

/** The two largest units: `12 d 3 h`, `4 h 5 min`. */
export function span(ms: number | null): string {
  if (ms === null) return NOTHING;
  const minutes = Math.round(ms / MINUTE_MS) * MINUTE_MS;
  const parts: readonly (readonly [number, string])[] =
    minutes >= DAY_MS
      ? [
          [Math.floor(minutes / DAY_MS), 'd'],
          [Math.floor((minutes % DAY_MS) / HOUR_MS), 'h'],
        ]
      : [
          [Math.floor(minutes / HOUR_MS), 'h'],
          [(minutes % HOUR_MS) / MINUTE_MS, 'min'],
        ];
  const shown = parts.filter(([amount]) => amount > 0).map(([amount, unit]) => `${count(amount)} ${unit}`);
  return shown.length > 0 ? shown.join(' ') : '0 min';
}

/** CSS class that colours a gain or a loss. */
export const toneOf = (value: number | null): '' | 'gain' | 'loss' =>
  value === null || value === 0 ? '' : value > 0 ? 'gain' : 'loss';
