import { AppError } from '../../src/domain/errors.ts';
import { utc } from '../../src/domain/risk/figures.ts';

const DAY_MS = 86_400_000;

/**
 * Only the day that has just begun or ended is reported on: what is told are today's figures, which must not be written under
 * another date. Whoever asks, a day begins at midnight, so that it has one report.
 * @param day its midnight UTC, epoch ms
 * @param now market time, epoch ms
 * @throws AppError `bad-input`
 */
export function requireDay(day: number, now: number): void {
  if (day % DAY_MS === 0 && now - day <= 2 * DAY_MS) return;
  throw new AppError(
    'bad-input',
    `a day is its midnight UTC, at most two days before the market time ${utc(now)}, not ${utc(day)}`,
  );
}
