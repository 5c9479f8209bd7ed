import { type RiskState, TRADING_STATES } from '../../domain/risk/risk-state.ts';
import { type RiskStateStore } from '../../ports/stores.ts';
import { type Database } from './database.ts';
import { number, oneOf, optional, text } from './fields.ts';
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
      stateSetBy: oneOf(['operator', 'ceo', 'risk-limit', 'start']),
      liftsAt: optional(number),
      riskBudget: number,
      stance: text,
      peakEquity: number,
      dayStart: number,
      dayStartEquity: number,
      weekStart: number,
      weekStartEquity: number,
      updatedAt: number,
    },
  });

  return {
    get: (account) => states.get(account),
    save: (next, expectedVersion) => saveVersion(states, next, expectedVersion),
  };
}
