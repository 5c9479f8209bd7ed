import { Registry } from 'prom-client';
import { answeredBy } from '../../http/deadline.ts';
import { type Route } from '../../http/route.ts';
import { queueStatuses } from '../../../queues/queue-status.ts';
import { type ApiDeps } from '../api-deps.ts';
import {
  accountMetrics,
  agentMetrics,
  gaugesIn,
  nodeMetrics,
  queueMetrics,
  scalingMetrics,
  type AccountFigures,
} from '../company-metrics.ts';
import { processMetrics } from '../process-metrics.ts';

type MetricsDeps = Pick<ApiDeps, 'stores' | 'producer' | 'account' | 'clock' | 'mode' | 'version'>;

async function accountFigures({ stores, account }: MetricsDeps): Promise<AccountFigures> {
  const [equity, positions, risk] = await Promise.all([
    stores.ledger.equity(account, 1),
    stores.ledger.positions(account),
    stores.riskState.get(account),
  ]);
  return { point: equity.at(-1), openPositions: positions.filter(({ amount }) => amount !== 0).length, risk };
}

/** Each function reads one source and returns a function that sets its metrics. */
function sourcesOf(registry: Registry, deps: MetricsDeps): Readonly<Record<string, () => Promise<() => void>>> {
  const { stores, producer, clock, account } = deps;
  const gauge = gaugesIn(registry);
  const setQueues = queueMetrics(gauge);
  const setAgents = agentMetrics(gauge, registry);
  const setScaling = scalingMetrics(gauge);
  const setNodes = nodeMetrics(gauge);
  const setAccount = accountMetrics(gauge, account);
  return {
    async queues() {
      const queues = await answeredBy('redis', queueStatuses(producer, clock));
      return () => setQueues(queues);
    },
    async agents() {
      const agents = await answeredBy('store', stores.agentStates.list());
      return () => setAgents(agents, clock.now());
    },
    async scaling() {
      const [advice, nodes] = await answeredBy('store', Promise.all([stores.scaling.list(), stores.nodes.list()]));
      return () => {
        setScaling(advice, nodes, clock.now());
        setNodes(nodes);
      };
    },
    async account() {
      const figures = await answeredBy('store', accountFigures(deps));
      return () => setAccount(figures);
    },
  };
}

/** An unreachable source does not hide the others: `corp_source_up` reports it, and its metrics are missing. */
export function metricsRoutes(deps: MetricsDeps): readonly Route[] {
  const registry = new Registry();
  const gauge = gaugesIn(registry);
  const info = gauge('corp_info', 'What runs here.', ['mode', 'version']);
  const uptime = gauge('process_uptime_seconds', 'Uptime of this process.', []);
  const up = gauge('corp_source_up', 'Whether a source of these metrics answered.', ['source']);
  const sources = Object.entries(sourcesOf(registry, deps));
  const exposed = Registry.merge([processMetrics(), registry]);
  return [
    {
      method: 'get',
      path: '/metrics',
      tag: 'company',
      summary: 'Metrics for Prometheus',
      produces: 'text/plain',
      async respond(_request, response) {
        const answers = await Promise.allSettled(sources.map(([, read]) => read()));
        // No await between here and metrics(), which copies the values: otherwise concurrent requests could mix.
        registry.resetMetrics();
        info.set({ mode: deps.mode, version: deps.version }, 1);
        uptime.set(process.uptime());
        for (const [i, answer] of answers.entries()) {
          up.set({ source: sources[i]![0] }, Number(answer.status === 'fulfilled'));
          if (answer.status === 'fulfilled') answer.value();
        }
        response.set('Content-Type', registry.contentType).send(await exposed.metrics());
      },
    },
  ];
}
