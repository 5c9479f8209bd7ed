import { type EntryCheck, veto } from './rule.ts';

/** Limits are sums in the account's currency: a market that is quoted in another cannot be counted. */
export const accountCurrency: EntryCheck = (_, { market, currency }) =>
  market.quote === currency
    ? null
    : veto(
        'foreign-quote',
        `${market.symbol} is quoted in ${market.quote}, the account in ${currency}, and the feed has no rate between them`,
      );
