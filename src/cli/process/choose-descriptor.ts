import { type Config } from '../../../config/schema.ts';
import { connectMongo } from '../../adapters/mongo/connection.ts';
import { hasCode } from '../../domain/errors.ts';
import { TRADING_MODES } from '../../domain/trading-mode.ts';
import { findCompany, type CompanyDescriptor } from '../../runtime/company-descriptor.ts';
import { scopeOf } from '../../runtime/scope.ts';
import { newestCompany } from '../../runtime/store-meta.ts';
import { simulatedMarketSource } from '../../runtime/simulated-descriptor.ts';

export type Mode = CompanyDescriptor['mode'];
/** Chooses the company that a command works on. */
export type DescriptorChoice = (config: Config, redisUrl: string, mongoUrl: string) => Promise<CompanyDescriptor>;

/** Default candle source of `corp data import`. */
export const IMPORTED_SOURCE = 'imported';

/**
 * The announced company: of this mode, of TRADING_MODE, or the latest. Its store knows it when Redis does not: it was emptied, or
 * the company was restored from a back-up. @throws AppError `no-company`.
 */
export const announcedDescriptor =
  (mode?: Mode): DescriptorChoice =>
  async ({ database, runtime }, redisUrl, mongoUrl) => {
    const { namespace } = database;
    const wanted = mode ?? runtime.tradingMode;
    try {
      return await findCompany(redisUrl, namespace, wanted);
    } catch (error) {
      const kept = hasCode(error, 'no-company') ? await keptCompany(mongoUrl, namespace, wanted) : null;
      if (kept === null) throw error;
      return kept;
    }
  };

async function keptCompany(url: string, namespace: string, mode: Mode | undefined): Promise<CompanyDescriptor | null> {
  const modes = mode === undefined ? TRADING_MODES : ([mode] as const);
  const mongo = await connectMongo({ url, database: scopeOf(namespace, modes[0]), onError: () => undefined });
  try {
    return await newestCompany(mongo, namespace, modes);
  } finally {
    await mongo.close();
  }
}

/** The same, or the descriptor of a company that was never started (`announcedAt` 0), to read or store data. */
export const anyDescriptor =
  (mode?: Mode): DescriptorChoice =>
  async (config, redisUrl, mongoUrl) => {
    try {
      return await announcedDescriptor(mode)(config, redisUrl, mongoUrl);
    } catch (error) {
      if (!hasCode(error, 'no-company')) throw error;
      return emptyDescriptor(config, mode ?? config.runtime.tradingMode ?? 'simulated');
    }
  };

function emptyDescriptor(config: Config, mode: Mode): CompanyDescriptor {
  if (mode === 'simulated') return simulatedMarketSource(config, config.exchange.seed, 0).descriptor;
  return { mode, account: mode, source: IMPORTED_SOURCE, announcedAt: 0 };
}
