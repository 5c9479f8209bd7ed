import { createRaiseAlert } from '../../../processors/agent/raise-alert.ts';
import { createTroubleReporter } from '../../../processors/agent/report-trouble.ts';
import { createTradingStates } from '../../../processors/agent/trading-states.ts';
import { createRiskStates } from '../../../processors/risk-manager/risk-states.ts';
import { type AppContext } from '../context.ts';

/**
 * The ledger of a store that was replaced is behind the venue: trading is reduced until three candles were settled and ledger
 * and venue agree. The reconciliation of every start reads the fills after the cursor again.
 */
export async function reportReplacedStore(context: AppContext, account: string, problem: string): Promise<void> {
  const { stores, broker, data } = context;
  const riskStates = createRiskStates({ riskState: stores.riskState, broker });
  const states = createTradingStates({ ...context, riskStates });
  const report = createTroubleReporter({ states, raiseAlert: createRaiseAlert(context) });
  await report(account, 'venue-differs', problem, await data.now());
}
