import { type Config } from '../../../config/schema.ts';
import { hasCode } from '../../domain/errors.ts';
import { findCompany, type CompanyDescriptor } from '../../runtime/company-descriptor.ts';
import { simulatedMarketSource } from '../../runtime/simulated-descriptor.ts';

export type Mode = CompanyDescriptor['mode'];
/** Chooses the company that a command works on. */
export type DescriptorChoice = (config: Config, redisUrl: string) => Promise<CompanyDescriptor>;

/** Default candle source of `corp data import`. */
export const IMPORTED_SOURCE = 'imported';

/** The announced company: of this mode, of TRADING_MODE, or the latest. @throws AppError `no-company`. */
export const announcedDescriptor =
  (mode?: Mode): DescriptorChoice =>
  ({ database, runtime }, redisUrl) =>
    findCompany(redisUrl, database.namespace, mode ?? runtime.tradingMode);

/** The same, or the descriptor of a company that was never started (`announcedAt` 0), to read or store data. */
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
