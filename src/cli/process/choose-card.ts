import { type Config } from '../../../config/schema.ts';
import { AppError } from '../../domain/errors.ts';
import { findCompany, type CompanyCard } from '../../runtime/company-descriptor.ts';
import { simulatedWorld } from '../../runtime/simulated-descriptor.ts';

export type Mode = CompanyCard['mode'];
/** Decides which company a command is about. */
export type CardChoice = (config: Config, redisUrl: string) => Promise<CompanyCard>;

/** Name of the candle source that `corp data import` fills unless told otherwise. */
export const IMPORTED_SOURCE = 'imported';

/** The company that announced itself: of this mode, of TRADING_MODE, or the latest. @throws AppError `no-company`. */
export const announcedCard =
  (mode?: Mode): CardChoice =>
  ({ database, runtime }, redisUrl) =>
    findCompany(redisUrl, database.namespace, mode ?? runtime.tradingMode);

/** The same, or one that has not begun yet (`announcedAt` 0): enough to look at what is stored, or to store something. */
export const anyCard =
  (mode?: Mode): CardChoice =>
  async (config, redisUrl) => {
    try {
      return await announcedCard(mode)(config, redisUrl);
    } catch (error) {
      if (!(error instanceof AppError && error.code === 'no-company')) throw error;
      return emptyCard(config, mode ?? config.runtime.tradingMode ?? 'simulated');
    }
  };

function emptyCard(config: Config, mode: Mode): CompanyCard {
  if (mode === 'simulated') return simulatedWorld(config, config.exchange.seed, 0).card;
  return { mode, account: mode, source: IMPORTED_SOURCE, announcedAt: 0 };
}
