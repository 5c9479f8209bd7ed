import { type EntryCheck, veto } from './rule.ts';

/** Entries per hour of market time. */
export const entryRate: EntryCheck = (_, { ordersLastHour }, { maxOrdersPerHour }) =>
  ordersLastHour < maxOrdersPerHour
    ? null
    : veto('max-orders-per-hour', `${ordersLastHour} entries in the last hour: the limit is ${maxOrdersPerHour}`);
