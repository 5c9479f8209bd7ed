import { type Config } from '../../config/schema.ts';
import { createAnalyst } from '../../processors/analyst/agent.ts';
import { type AgentMonitor } from '../../processors/agent/agent-monitor.ts';
import { createBacktest } from '../../processors/backtest/agent.ts';
import { createCeo } from '../../processors/ceo/agent.ts';
import { type Agent, type AgentDeps } from '../../processors/agent/define-agent.ts';
import { createMarketScanner } from '../../processors/market-scanner/agent.ts';
import { createOptimizer } from '../../processors/optimizer/agent.ts';
import { createCorrelatedMarkets } from '../../processors/risk-manager/correlated-markets.ts';
import { createRiskStates } from '../../processors/risk-manager/risk-states.ts';
import { createRiskManager } from '../../processors/risk-manager/agent.ts';
import { createStrategyGenerator } from '../../processors/strategy-generator/agent.ts';
import { createStrategySelector } from '../../processors/strategy-selector/agent.ts';
import { createTaskManager } from '../../processors/task-manager/agent.ts';
import { createTrader } from '../../processors/trader/agent.ts';
import { createWorkerManager } from '../../processors/worker-manager/agent.ts';
import { MONEY_QUEUES, type QueueName } from '../../queues/names.ts';
import { isRealTime } from '../domain/trading-mode.ts';
import { approvalSecret } from './approval-secret.ts';
import { type AppContext } from './context.ts';
import { ACCOUNT_CURRENCY } from './market-of.ts';

/** Heartbeats that a node may miss before it counts as dead. */
const MISSED_BEATS = 6;
export const deadAfterMs = (beatEveryMs: number): number => MISSED_BEATS * beatEveryMs;

/** Jobs of the queue that a node runs at once. Money agents have no setting: they are serialised over all nodes. */
export function slotsOf({ agents }: Config, queue: QueueName): number {
  const configured: Partial<Record<QueueName, number>> = agents.concurrency;
  return MONEY_QUEUES.includes(queue) ? 1 : (configured[queue] ?? 1);
}

/** Creates one agent from the application context; each agent gets only what it needs. */
export function createAgent(queue: QueueName, context: AppContext, monitor: AgentMonitor, node: string): Agent {
  const { config, stores, data, broker, producer, broadcaster, evaluator, clock, log, descriptor } = context;
  const { agents, exchange, risk, secrets, database } = config;
  const base: AgentDeps = { clock, log, audit: stores.audit, monitor };
  const fill = {
    slippageRate: exchange.slippageRate,
    stopRangeShare: exchange.stopRangeShare,
    priceImprovement: exchange.priceImprovement,
    initialCash: exchange.paper.startingCash,
  };
  const { folds, testShare } = agents.optimizer;
  const { remote } = context;
  const { forward } = agents.backtest;
  const secret = (): string => approvalSecret(secrets.approvalSecret, database.dataDirectory);
  switch (queue) {
    case 'ceo':
      return createCeo({
        ...base,
        stores,
        producer,
        riskStates: createRiskStates({ riskState: stores.riskState, broker }),
        broker,
        data,
        broadcaster,
        account: descriptor.account,
        limits: risk,
        breakers: agents.ceo.breakers,
        timeframe: exchange.timeframe,
        isRealTime: isRealTime(descriptor.mode),
        silentAfterMs: agents.heartbeat.silentAfterMs,
      });
    case 'market-scanner': {
      const { maxOpportunities, ...thresholds } = agents.scanner;
      return createMarketScanner({
        ...base,
        stores,
        data,
        broadcaster,
        maxOpportunities,
        thresholds: { ...thresholds, minCoverage: exchange.minimumCoverage },
      });
    }
    case 'analyst':
      return createAnalyst({ ...base, stores, data, broadcaster, entries: exchange.entries });
    case 'strategy-generator':
      return createStrategyGenerator({
        ...base,
        stores,
        data,
        ...agents.generator,
        folds,
        testShare,
        remoteCandidates: forward.candidates,
        ...(remote && { forwarding: { store: stores.forwarding, plan: remote.plan, producer } }),
      });
    case 'backtest':
      return createBacktest({
        ...base,
        stores,
        data,
        evaluator,
        fill,
        node,
        ...(remote && {
          forwarder: {
            forwarding: stores.forwarding,
            coordinator: remote.coordinator,
            engine: remote.engine,
            pollMs: forward.pollMs,
            settleMs: forward.settleMs,
          },
        }),
      });
    case 'optimizer':
      return createOptimizer({
        ...base,
        stores,
        data,
        evaluator,
        fill,
        limits: risk,
        ...agents.optimizer,
        unitSize: agents.generator.unitSize,
      });
    case 'strategy-selector':
      return createStrategySelector({
        ...base,
        stores,
        data,
        broadcaster,
        rules: agents.selector,
        fill,
        account: descriptor.account,
        timeframe: exchange.timeframe,
      });
    case 'risk-manager':
      return createRiskManager({
        ...base,
        stores,
        data,
        broker,
        riskStates: createRiskStates({ riskState: stores.riskState, broker }),
        producer,
        broadcaster,
        limits: risk,
        approvalSecret: secret(),
        slippageRate: exchange.slippageRate,
        entries: exchange.entries,
        timeframe: exchange.timeframe,
        currency: ACCOUNT_CURRENCY,
        correlatedMarkets: createCorrelatedMarkets(data),
        silentAfterMs: agents.heartbeat.silentAfterMs,
      });
    case 'trader':
      return createTrader({
        ...base,
        stores,
        data,
        broker,
        producer,
        broadcaster,
        riskStates: createRiskStates({ riskState: stores.riskState, broker }),
        approvalSecret: secret(),
        breakers: agents.ceo.breakers,
      });
    case 'task-manager':
      return createTaskManager({
        ...base,
        producer,
        data,
        cycles: stores.cycles,
        broadcaster,
        source: descriptor.source,
        ...(remote && { forwarding: stores.forwarding }),
      });
    case 'worker-manager':
      return createWorkerManager({
        ...base,
        stores,
        producer,
        broadcaster,
        deadAfterMs: deadAfterMs(agents.heartbeat.everyMs),
        timing: database.queues,
        scaling: { rules: agents.scaling, slots: (name) => slotsOf(config, name) },
        ...(remote && { coordinator: remote.coordinator }),
      });
    default:
      return queue satisfies never;
  }
}
