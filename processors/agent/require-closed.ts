import { AppError } from '../../src/domain/errors.ts';
import { utc } from '../../src/domain/risk/figures.ts';
import { type MarketData } from '../../src/ports/market-data.ts';

/**
 * Only time makes time: what ends after the feed's market time cannot be settled, decided on or reported.
 * @param closesAt market time, epoch ms
 * @returns the market time now
 * @throws AppError `not-closed`
 */
export async function requireClosed(data: Pick<MarketData, 'now'>, what: string, closesAt: number): Promise<number> {
  const now = await data.now();
  if (closesAt <= now) return now;
  throw new AppError('not-closed', `${what} closes at ${utc(closesAt)}, after the market time ${utc(now)}`, {
    advice: 'Only the feed advances market time; the request is for the future',
  });
}
