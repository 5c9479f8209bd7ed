import { type Config } from '../../../config/schema.ts';
import { hasCode } from '../../domain/errors.ts';
import { findCompany, type CompanyDescriptor } from '../../runtime/company-descriptor.ts';
import { simulatedMarketSource } from '../../runtime/simulated-descriptor.ts';

export type Mode = CompanyDescriptor['mode'];
/** Decides which company a command is about. */
export type DescriptorChoice = (config: Config, redisUrl: string) => Promise<CompanyDescriptor>;

/** Name of the candle source that `corp data import` fills unless told otherwise. */
export const IMPORTED_SOURCE = 'imported';

/** The company that announced itself: of this mode, of TRADING_MODE, or the latest. @throws AppError `no-company`. */
export const announcedDescriptor =
  (mode?: Mode): DescriptorChoice =>
  ({ database, runtime }, redisUrl) =>
    findCompany(redisUrl, database.namespace, mode ?? runtime.tradingMode);

/** The same, or one that has not begun yet (`announcedAt` 0): enough to look at what is stored, or to store something. */
export const anyDescriptor =
  (mode?: Mode): DescriptorChoice =>
  async (config, redisUrl) => {
    try {
      return await announcedDescriptor(mode)(config, redisUrl);
    } catch (error) {
      if (!hasCode(error, 'no-company')) throw error;
      return emptyDescriptor(config, mode ?? config.runtime.tradingMode ?? 'simulated');
    }
  };

function emptyDescriptor(config: Config, mode: Mode): CompanyDescriptor {
  if (mode === 'simulated') return simulatedMarketSource(config, config.exchange.seed, 0).descriptor;
  return { mode, account: mode, source: IMPORTED_SOURCE, announcedAt: 0 };
}
