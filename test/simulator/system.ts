/**
 * What the simulator of faults tests: the processors, the tick and the rules, as they run in a company. It is bundled apart
 * from the simulator, so that a planted bug changes this and never the checks.
 */
export { createBookBroker } from '../../src/adapters/paper/book-broker.ts';
export { createStoredAccounts } from '../../src/adapters/paper/stored-accounts.ts';
export { createAgentMonitor } from '../../processors/agent/agent-monitor.ts';
export { createAnalyst } from '../../processors/analyst/agent.ts';
export { createCeo } from '../../processors/ceo/agent.ts';
export { createCorrelatedMarkets } from '../../processors/risk-manager/correlated-markets.ts';
export { createRiskManager } from '../../processors/risk-manager/agent.ts';
export { createRiskStates } from '../../processors/risk-manager/risk-states.ts';
export { awaitReconciliation } from '../../processors/risk-manager/await-reconciliation.ts';
export { createTrader } from '../../processors/trader/agent.ts';
export { metaSchema } from '../../queues/meta.ts';
export { jobContractOf } from '../../queues/producer.ts';
export { nextAuditRecord } from '../../src/domain/audit/chain.ts';
export { AppError } from '../../src/domain/errors.ts';
export { clientOrderId } from '../../src/domain/orders/client-order-id.ts';
export { companyAccounts } from '../../src/ports/company-accounts.ts';
export { setMarketTime } from '../../src/feed/feed.ts';
export { tickRunnerOf } from '../../src/feed/run-tick.ts';
export { dayEvents } from '../../src/feed/trading-day.ts';
