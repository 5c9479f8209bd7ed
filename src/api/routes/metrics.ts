import { TRADING_STATES } from '../../domain/risk/verdict.ts';
import { type AgentState, type NodeState, type ScalingAdvice } from '../../ports/records.ts';
import { type ApiDeps } from '../api-deps.ts';
import { answeredBy } from '../../http/deadline.ts';
import { exposition, PROMETHEUS_TYPE, type Metric, type Sample } from '../prometheus.ts';
import { queueStatuses, type QueueStatus } from '../../../queues/queue-status.ts';
import { type Route } from '../../http/route.ts';

type MetricsDeps = Pick<ApiDeps, 'stores' | 'producer' | 'account' | 'clock' | 'mode' | 'version'>;

const gauge = (name: string, help: string, samples: readonly Sample[]): Metric => ({
  name,
  help,
  type: 'gauge',
  samples,
});

function ofQueues(queues: readonly QueueStatus[]): readonly Metric[] {
  return [
    gauge(
      'corp_queue_jobs',
      'Jobs of a queue by state.',
      queues.flatMap(({ queue, counts }) =>
        Object.entries(counts).map(([state, value]) => ({ labels: { queue, state }, value })),
      ),
    ),
    gauge(
      'corp_queue_paused',
      'Whether a queue is paused.',
      queues.map(({ queue, paused }) => ({ labels: { queue }, value: Number(paused) })),
    ),
    gauge(
      'corp_queue_oldest_waiting_seconds',
      'How long the oldest waiting job has waited; 0 when none waits.',
      queues.map(({ queue, oldestWaitingMs }) => ({ labels: { queue }, value: (oldestWaitingMs ?? 0) / 1000 })),
    ),
    gauge(
      'corp_queue_depth',
      'Jobs that wait for a slot.',
      queues.map(({ queue, counts }) => ({ labels: { queue }, value: counts.waiting })),
    ),
  ];
}

/** What autoscalers read. The advice is as old as the last census. */
function ofScaling(advice: readonly ScalingAdvice[], nodes: readonly NodeState[], now: number): readonly Metric[] {
  const ofQueue = (value: (row: ScalingAdvice) => number): readonly Sample[] =>
    advice.map((row) => ({ labels: { queue: row.queue }, value: value(row) }));
  const ofNode = (value: (row: NodeState) => number): readonly Sample[] =>
    nodes.map((row) => ({ labels: { node: row.node }, value: value(row) }));
  const serving = (queue: string): number =>
    nodes.filter(({ queues, draining }) => !draining && queues.includes(queue)).length;
  return [
    gauge(
      'corp_wanted_nodes',
      'Nodes a queue wants.',
      ofQueue(({ wanted }) => wanted),
    ),
    gauge(
      'corp_nodes',
      'Nodes that serve a queue and take new jobs.',
      ofQueue(({ queue }) => serving(queue)),
    ),
    gauge(
      'corp_scaling_advice_age_seconds',
      'Age of the advice for a queue.',
      ofQueue(({ at }) => Math.max(0, now - at) / 1000),
    ),
    gauge(
      'corp_queue_service_seconds',
      'Mean time a job occupies its slot; missing before the first has ended.',
      advice.flatMap(({ queue, serviceSeconds: value }) => (value === null ? [] : [{ labels: { queue }, value }])),
    ),
    gauge(
      'corp_node_busy_jobs',
      'Jobs in hand.',
      ofNode(({ busyJobs }) => busyJobs),
    ),
    gauge(
      'corp_node_cpu_cores',
      'Cores in use by the process of a node.',
      ofNode(({ cpu }) => cpu),
    ),
    gauge(
      'corp_node_memory_bytes',
      'Resident memory of the process of a node.',
      ofNode(({ memoryBytes }) => memoryBytes),
    ),
    gauge(
      'corp_node_draining',
      'Whether a node takes no more jobs.',
      ofNode(({ draining }) => Number(draining)),
    ),
  ];
}

function ofAgents(agents: readonly AgentState[], now: number): readonly Metric[] {
  const labels = ({ agent, node }: AgentState) => ({ agent, node });
  return [
    gauge(
      'corp_agent_status',
      'Status of an agent on a node; the one it has is 1.',
      agents.map((state) => ({ labels: { ...labels(state), status: state.status }, value: 1 })),
    ),
    gauge(
      'corp_agent_heartbeat_age_seconds',
      'Age of the last heartbeat.',
      agents.map((state) => ({ labels: labels(state), value: Math.max(0, now - state.lastSeen) / 1000 })),
    ),
    {
      name: 'corp_agent_jobs_total',
      help: 'Jobs an agent has ended since its node started.',
      type: 'counter',
      samples: agents.flatMap((state) => [
        { labels: { ...labels(state), outcome: 'completed' }, value: state.completed },
        { labels: { ...labels(state), outcome: 'failed' }, value: state.failed },
      ]),
    },
  ];
}

async function ofAccount({ stores, account }: MetricsDeps): Promise<readonly Metric[]> {
  const [equity, positions, risk] = await Promise.all([
    stores.ledger.equity(account, 1),
    stores.ledger.positions(account),
    stores.riskState.get(account),
  ]);
  const labels = { account };
  const point = equity.at(-1);
  return [
    gauge('corp_equity', 'Value of the account, quote currency.', point ? [{ labels, value: point.equity }] : []),
    gauge(
      'corp_exposure',
      'Notional of open positions, quote currency.',
      point ? [{ labels, value: point.exposure }] : [],
    ),
    gauge('corp_open_positions', 'Open positions.', [
      { labels, value: positions.filter(({ amount }) => amount !== 0).length },
    ]),
    gauge(
      'corp_trading_state',
      'Trading state; the one that holds is 1.',
      risk
        ? TRADING_STATES.map((state) => ({ labels: { account, state }, value: Number(state === risk.tradingState) }))
        : [],
    ),
  ];
}

function ofProcess({ mode, version }: MetricsDeps): readonly Metric[] {
  const { rss, heapUsed } = process.memoryUsage();
  return [
    gauge('corp_info', 'What runs here.', [{ labels: { mode, version }, value: 1 }]),
    gauge('process_resident_memory_bytes', 'Resident memory.', [{ value: rss }]),
    gauge('nodejs_heap_size_used_bytes', 'Heap in use.', [{ value: heapUsed }]),
    gauge('process_uptime_seconds', 'Life of this process.', [{ value: process.uptime() }]),
  ];
}

/** One source that is away must not hide the others: it is reported, and its metrics are missing. */
export function metricsRoutes(deps: MetricsDeps): readonly Route[] {
  const { stores, producer, clock } = deps;
  const sources: Readonly<Record<string, () => Promise<readonly Metric[]>>> = {
    queues: async () => ofQueues(await answeredBy('redis', queueStatuses(producer, clock))),
    agents: async () => ofAgents(await answeredBy('store', stores.agentStates.list()), clock.now()),
    scaling: async () =>
      ofScaling(...(await answeredBy('store', Promise.all([stores.scaling.list(), stores.nodes.list()]))), clock.now()),
    account: () => answeredBy('store', ofAccount(deps)),
  };
  return [
    {
      method: 'get',
      path: '/metrics',
      tag: 'company',
      summary: 'Metrics for Prometheus',
      produces: 'text/plain',
      async respond(_request, response) {
        const names = Object.keys(sources);
        const answers = await Promise.allSettled(Object.values(sources).map((read) => read()));
        const up = gauge(
          'corp_source_up',
          'Whether a source of these metrics answered.',
          answers.map(({ status }, i) => ({
            labels: { source: names[i] ?? '' },
            value: Number(status === 'fulfilled'),
          })),
        );
        const found = answers.flatMap((answer) => (answer.status === 'fulfilled' ? answer.value : []));
        response.set('Content-Type', PROMETHEUS_TYPE).send(exposition([...ofProcess(deps), up, ...found]));
      },
    },
  ];
}
