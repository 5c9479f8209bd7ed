import { join } from 'node:path';
import { loadConfig } from '../../../config/load.ts';
import { timeframeMs } from '../../../src/domain/market/timeframe.ts';
import { type RiskState } from '../../../src/domain/risk/risk-state.ts';
import { companyAccounts } from '../../../src/ports/company-accounts.ts';
import { findCompany } from '../../../src/runtime/company-descriptor.ts';
import { openContext, type AppContext } from '../../../src/runtime/context.ts';
import { silent } from '../../fixtures/silent-logger.ts';
import { patiently } from './patiently.ts';
import { NAMESPACE } from './settings.ts';
import { type World } from './world.ts';

/** Reads what the company has stored, past all links. */
export interface Books {
  readonly context: AppContext;
  readonly account: string;
  readonly candleMs: number;
  /** The main account and those of incubating strategies. */
  accounts(): Promise<readonly string[]>;
  /** Market time, epoch ms. */
  marketTime(): Promise<number>;
  riskState(): Promise<RiskState>;
  /** Whether market time reaches `time` before it has stood still for too long. */
  reaches(time: number): Promise<boolean>;
  close(): Promise<void>;
}

/** The services are away for seconds; a slow machine takes longer to start them again. */
const ANSWER_WITHIN_MS = 180_000;
/** Faults overlap, and a slow machine takes long for what follows each. */
const STANDS_STILL_MS = 300_000;

export async function openBooks({ direct, operatorEnvironment }: World): Promise<Books> {
  const config = loadConfig({ directory: join(process.cwd(), 'config'), environment: operatorEnvironment });
  const descriptor = await findCompany(direct.redisUrl, NAMESPACE);
  const context = await openContext({ config, descriptor, ...direct, log: silent });
  const { stores } = context;
  const read = async <T>(what: string, look: () => Promise<T | null>): Promise<T> => {
    const found = await patiently(ANSWER_WITHIN_MS, look);
    if (found === null) throw new Error(`${what} could not be read within ${ANSWER_WITHIN_MS / 1000} s`);
    return found;
  };
  const marketTime = async (): Promise<number> =>
    read('the market time', async () => (await stores.feed.get(descriptor.source))?.now ?? null);
  return {
    context,
    account: descriptor.account,
    candleMs: timeframeMs(config.exchange.timeframe),
    accounts: () => read('the accounts', () => companyAccounts(stores.portfolio, descriptor.account)),
    marketTime,
    riskState: () => read('the risk state', () => stores.riskState.get(descriptor.account)),
    async reaches(time) {
      for (let last = await marketTime(); last < time;) {
        const next = await patiently(STANDS_STILL_MS, async () => {
          const now = await marketTime();
          return now > last && now;
        });
        if (next === null) return false;
        last = next;
      }
      return true;
    },
    close: () => context.close(),
  };
}
