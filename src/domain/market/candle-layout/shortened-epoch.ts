import { AppError } from '../../errors.ts';
import { isUsualStep } from './choose-reading.ts';
import { quoteText } from './quote-text.ts';

const MINUTE_MS = 60_000;

/**
 * Checks times of epochs that are written with fewer digits than their unit has. Rounding breaks the steps: of a
 * number rounded to 100 s or more, whole minutes in steps of a usual length are left only where nothing was lost.
 * @throws AppError `bad-candles` when digits are lost
 */
export function requireAllDigits(times: Float64Array, example: string): void {
  if (isRegular(times)) return;
  throw new AppError('bad-candles', `the digits of the times are lost (${quoteText(example)})`, {
    advice:
      'Open the original file again, format the column of times as a number without decimals, or as text, and export it again',
  });
}

/** @param times in one direction */
function isRegular(times: Float64Array): boolean {
  let shortest = Infinity;
  for (let i = 1; i < times.length; i += 1) shortest = Math.min(shortest, times[i]! - times[i - 1]!);
  if (!isUsualStep(shortest)) return false;
  return times.every((time) => time % MINUTE_MS === 0 && (time - times[0]!) % shortest === 0);
}
