import { type Config } from '../../../config/schema.ts';

/** The configuration with this starting cash of paper accounts and backtests, when one is given. */
export const withCash = (config: Config, cash: number | undefined): Config =>
  cash === undefined
    ? config
    : { ...config, exchange: { ...config.exchange, paper: { ...config.exchange.paper, startingCash: cash } } };
