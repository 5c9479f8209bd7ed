import { Counter, Gauge, type Registry } from 'prom-client';
import { type QueueStatus } from '../../queues/queue-status.ts';
import { type EquityPoint } from '../domain/portfolio/position.ts';
import { TRADING_STATES, type RiskState } from '../domain/risk/risk-state.ts';
import { type AgentState, type NodeState, type ScalingAdvice } from '../ports/records.ts';

/*
 * Metrics of the company's stores and queues. Each function declares its metrics once and returns a function that sets
 * their values. The registry is reset before, so that values that are no longer reported disappear.
 */

export type Declare = <L extends string>(name: string, help: string, labelNames: readonly L[]) => Gauge<L>;

export const gaugesIn =
  (registry: Registry): Declare =>
  (name, help, labelNames) =>
    new Gauge({ name, help, labelNames, registers: [registry] });

export function queueMetrics(gauge: Declare) {
  const jobs = gauge('corp_queue_jobs', 'Jobs of a queue by state.', ['queue', 'state']);
  const isPaused = gauge('corp_queue_paused', 'Whether a queue is paused.', ['queue']);
  const oldest = gauge(
    'corp_queue_oldest_waiting_seconds',
    'How long the oldest waiting job has waited; 0 when none waits.',
    ['queue'],
  );
  const depth = gauge('corp_queue_depth', 'Jobs that wait for a slot.', ['queue']);
  return (queues: readonly QueueStatus[]): void => {
    for (const { queue, counts, paused, oldestWaitingMs } of queues) {
      for (const [state, count] of Object.entries(counts)) jobs.set({ queue, state }, count);
      isPaused.set({ queue }, Number(paused));
      oldest.set({ queue }, (oldestWaitingMs ?? 0) / 1000);
      depth.set({ queue }, counts.waiting);
    }
  };
}

/** Metrics for autoscalers. The advice dates from the last census. */
export function scalingMetrics(gauge: Declare) {
  const wanted = gauge('corp_wanted_nodes', 'Wanted number of nodes of a queue.', ['queue']);
  const serving = gauge('corp_nodes', 'Nodes that serve a queue and take new jobs.', ['queue']);
  const age = gauge('corp_scaling_advice_age_seconds', 'Age of the advice for a queue.', ['queue']);
  const service = gauge(
    'corp_queue_service_seconds',
    'Mean time that a job occupies its slot; missing before the first job has ended.',
    ['queue'],
  );
  return (advice: readonly ScalingAdvice[], nodes: readonly NodeState[], now: number): void => {
    for (const { queue, wanted: nodesWanted, at, serviceSeconds } of advice) {
      wanted.set({ queue }, nodesWanted);
      serving.set({ queue }, nodes.filter(({ queues, draining }) => !draining && queues.includes(queue)).length);
      age.set({ queue }, Math.max(0, now - at) / 1000);
      if (serviceSeconds !== null) service.set({ queue }, serviceSeconds);
    }
  };
}

export function nodeMetrics(gauge: Declare) {
  const busyJobs = gauge('corp_node_busy_jobs', 'Running jobs of a node.', ['node']);
  const cpuCores = gauge('corp_node_cpu_cores', 'Cores in use by the process of a node.', ['node']);
  const memory = gauge('corp_node_memory_bytes', 'Resident memory of the process of a node.', ['node']);
  const isDraining = gauge('corp_node_draining', 'Whether a node takes no more jobs.', ['node']);
  return (nodes: readonly NodeState[]): void => {
    for (const { node, busyJobs: jobs, cpu, memoryBytes, draining } of nodes) {
      busyJobs.set({ node }, jobs);
      cpuCores.set({ node }, cpu);
      memory.set({ node }, memoryBytes);
      isDraining.set({ node }, Number(draining));
    }
  };
}

export function agentMetrics(gauge: Declare, registry: Registry) {
  const status = gauge('corp_agent_status', 'Status of an agent on a node; the one it has is 1.', [
    'agent',
    'node',
    'status',
  ]);
  const age = gauge('corp_agent_heartbeat_age_seconds', 'Age of the last heartbeat.', ['agent', 'node']);
  const jobs = new Counter({
    name: 'corp_agent_jobs_total',
    help: 'Jobs an agent has ended since its node started.',
    labelNames: ['agent', 'node', 'outcome'],
    registers: [registry],
  });
  return (agents: readonly AgentState[], now: number): void => {
    for (const { agent, node, status: current, lastSeen, completed, failed } of agents) {
      status.set({ agent, node, status: current }, 1);
      age.set({ agent, node }, Math.max(0, now - lastSeen) / 1000);
      jobs.inc({ agent, node, outcome: 'completed' }, completed);
      jobs.inc({ agent, node, outcome: 'failed' }, failed);
    }
  };
}

export interface AccountFigures {
  readonly point: EquityPoint | undefined;
  readonly openPositions: number;
  readonly risk: RiskState | null;
}

export function accountMetrics(gauge: Declare, account: string) {
  const equity = gauge('corp_equity', 'Value of the account, quote currency.', ['account']);
  const exposure = gauge('corp_exposure', 'Notional of open positions, quote currency.', ['account']);
  const positions = gauge('corp_open_positions', 'Open positions.', ['account']);
  const tradingState = gauge('corp_trading_state', 'Trading state; the one that holds is 1.', ['account', 'state']);
  return ({ point, openPositions, risk }: AccountFigures): void => {
    if (point) equity.set({ account }, point.equity);
    if (point) exposure.set({ account }, point.exposure);
    positions.set({ account }, openPositions);
    if (!risk) return;
    for (const state of TRADING_STATES) tradingState.set({ account, state }, Number(state === risk.tradingState));
  };
}
