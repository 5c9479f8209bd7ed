import { type RunningCompany } from '../../queues/from-outside.ts';
import { type AppContext } from './context.ts';

/** What the running company adds to the jobs of people. */
export const runningMarket = ({
  descriptor,
  config,
  data,
}: Pick<AppContext, 'descriptor' | 'config' | 'data'>): Pick<
  RunningCompany,
  'source' | 'timeframe' | 'seed' | 'symbols'
> => ({
  source: descriptor.source,
  timeframe: config.exchange.timeframe,
  seed: config.exchange.seed,
  symbols: async () => (await data.markets()).map(({ symbol }) => symbol),
});
