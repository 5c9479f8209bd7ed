import { type Connection } from 'mongoose';
import { type RetentionStore } from '../../ports/retention.ts';
import { type Stores } from '../../ports/stores.ts';
import { createAgentStateStore } from './agent-states.ts';
import { createAlertStore } from './alerts.ts';
import { createAnalysisStore } from './analyses.ts';
import { createApprovalStore } from './approvals.ts';
import { createAuditStore } from './audit.ts';
import { createCandleStore } from './candles.ts';
import { createCycleStore } from './cycles.ts';
import { createDeadLetterStore } from './dead-letters.ts';
import { createDecisionStore } from './decisions.ts';
import { createFeedStore } from './feed.ts';
import { createForwardingStore } from './forwarding.ts';
import { createIntentStore } from './intents.ts';
import { createLedgerStore } from './ledger.ts';
import { createNodeStore } from './nodes.ts';
import { createOptimizationStore } from './optimizations.ts';
import { createOrderStore } from './orders.ts';
import { createPortfolioStore } from './portfolio.ts';
import { createRetentionStore } from './retention.ts';
import { createRiskStateStore } from './risk-state.ts';
import { createScalingStore } from './scaling.ts';
import { createStrategyStore } from './strategies.ts';
import { createDatabase } from './database.ts';
import { createTrialStore } from './trials.ts';
import { createVenueAccountStore } from './venue-accounts.ts';
import { createWorkUnitStore } from './work-units.ts';

/**
 * The store ports over MongoDB, or over any server with the same protocol (CRUD, upserts, findAndModify, unique and
 * ordinary indexes; nothing else is used). Call `ensureIndexes` before the first write: the audit chain depends on it.
 */
export function createMongoStores(
  connection: Connection,
): Stores & { readonly retention: RetentionStore; ensureIndexes(): Promise<void> } {
  const database = createDatabase(connection);
  return {
    strategies: createStrategyStore(database),
    trials: createTrialStore(database),
    workUnits: createWorkUnitStore(database),
    optimizations: createOptimizationStore(database),
    decisions: createDecisionStore(database),
    analyses: createAnalysisStore(database),
    cycles: createCycleStore(database),
    portfolio: createPortfolioStore(database),
    intents: createIntentStore(database),
    approvals: createApprovalStore(database),
    orders: createOrderStore(database),
    ledger: createLedgerStore(database),
    riskState: createRiskStateStore(database),
    audit: createAuditStore(database),
    agentStates: createAgentStateStore(database),
    nodes: createNodeStore(database),
    scaling: createScalingStore(database),
    deadLetters: createDeadLetterStore(database),
    alerts: createAlertStore(database),
    candles: createCandleStore(database),
    feed: createFeedStore(database),
    forwarding: createForwardingStore(database),
    venueAccounts: createVenueAccountStore(database),
    retention: createRetentionStore(database, connection),
    ensureIndexes: () => database.ensureIndexes(),
  };
}
