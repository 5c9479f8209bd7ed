import { type RiskState } from './risk-state.ts';

/**
 * The stance as it is now. The stored one is that of ACTIVE trading and as old as the last look at the market; the state
 * may have changed since.
 */
export const currentStance = ({
  tradingState,
  stateReason,
  stance,
}: Pick<RiskState, 'tradingState' | 'stateReason' | 'stance'>): string =>
  tradingState === 'ACTIVE' ? stance : `stand-aside: trading is ${tradingState}: ${stateReason}`;
