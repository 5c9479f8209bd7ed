import { type RiskState, STATE_OWNERS, TRADING_STATES } from '../../domain/risk/risk-state.ts';
import { type RiskStateStore } from '../../ports/stores.ts';
import { type Database } from './database.ts';
import { flag, number, oneOf, optional, plain, text } from './fields.ts';
import { saveVersion } from './versioned.ts';

export function createRiskStateStore(database: Database): RiskStateStore {
  const states = database.table<RiskState>({
    collection: 'riskState',
    key: ({ account }) => account,
    fields: {
      account: text,
      version: number,
      tradingState: oneOf(TRADING_STATES),
      stateReason: text,
      stateSetBy: oneOf(STATE_OWNERS),
      liftsAt: optional(number),
      entryEpoch: optional(number),
      peakHalt: optional(flag),
      trouble: optional(plain()),
      liftsWithBreakers: optional(flag),
      standingTrips: optional(plain()),
      venueErrors: optional(plain()),
      flatten: optional(plain()),
      unreconciled: optional(flag),
      waitingExits: optional(plain()),
      withdrawnFlatten: optional(text),
      carriedOut: optional(plain()),
      riskBudget: number,
      stance: text,
      peakEquity: number,
      dayStart: number,
      dayStartEquity: number,
      weekStart: number,
      weekStartEquity: number,
      lastEquity: optional(number),
      updatedAt: number,
    },
  });

  return {
    get: (account) => states.get(account),
    save: (next, expectedVersion) => saveVersion(states, next, expectedVersion),
  };
}
