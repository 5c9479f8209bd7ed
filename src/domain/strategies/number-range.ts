import { type NumberRange } from './grammar.ts';

export function isInRange(value: number, { min, max, above, below, whole }: NumberRange): boolean {
  return (
    (min === undefined || value >= min) &&
    (max === undefined || value <= max) &&
    (above === undefined || value > above) &&
    (below === undefined || value < below) &&
    (whole !== true || Number.isInteger(value))
  );
}

/** `a whole number from 1 to 2000`, `a number above 0 and below 1`. */
export function rangeText({ min, max, above, below, whole }: NumberRange): string {
  const kind = whole === true ? 'a whole number' : 'a number';
  if (min !== undefined && max !== undefined) return `${kind} from ${min} to ${max}`;
  const bounds = [
    ...(above === undefined ? [] : [`above ${above}`]),
    ...(min === undefined ? [] : [`of at least ${min}`]),
    ...(below === undefined ? [] : [`below ${below}`]),
    ...(max === undefined ? [] : [`of at most ${max}`]),
  ];
  return bounds.length === 0 ? kind : `${kind} ${bounds.join(' and ')}`;
}
