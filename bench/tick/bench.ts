import { QUEUE_NAMES } from '../../queues/names.ts';
import { type CliIo } from '../../src/cli/output/io.ts';
import { setMarketTime } from '../../src/feed/feed.ts';
import { createTickRunner } from '../../src/feed/run-tick.ts';
import { type Broker } from '../../src/ports/broker.ts';
import { openContext } from '../../src/runtime/context.ts';
import { startNode } from '../../src/runtime/node.ts';
import { startServices } from '../../src/runtime/services/start-services.ts';
import { quantile, round } from '../statistics.ts';
import { withTemporaryCompany } from '../temporary-company.ts';
import { unlessStopped } from '../unless-stopped.ts';
import { openBareFlows, SHAPE } from './bare-flow.ts';
import { fillCompany, FIRST_CLOSE, HOUR_MS, MARKETS, openLimits, STRATEGIES, TIMEFRAME } from './bench-company.ts';

export interface TickBenchOptions {
  /** Candles that are played after the warm-up. */
  readonly ticks: number;
}

interface Latency {
  readonly p50: number;
  readonly p99: number;
}

export interface TickBenchReport extends TickBenchOptions {
  readonly strategies: number;
  readonly markets: number;
  /** Ticks that placed orders; the figures are theirs. */
  readonly withOrders: number;
  readonly orders: number;
  readonly jobs: number;
  /** From the close of the candle until the last order of the tick is at the venue, ms. */
  readonly tick: Latency;
  /** BullMQ flows of the same shape whose jobs do nothing, ms. */
  readonly bare: Latency;
  readonly ratio: Latency;
  readonly target: number;
}

const TARGET = 3;
const DRAIN_MS = 5000;
/** Played first: the compiler sees the code, and the strategies take their first positions. */
const WARM_UP = 40;

/** Notes when orders reach the venue. */
function noting(broker: Broker): { readonly broker: Broker; readonly arrivals: number[] } {
  const arrivals: number[] = [];
  const submit: Broker['submit'] = async (request) => {
    const report = await broker.submit(request);
    arrivals.push(performance.now());
    return report;
  };
  return { broker: { ...broker, submit }, arrivals };
}

/** Measures ticks of a company through its real queues, each beside bare flows of the same shape, so that other load affects both. */
export async function benchTick(io: CliIo, { ticks }: TickBenchOptions): Promise<TickBenchReport> {
  return withTemporaryCompany(io, async ({ config: configOf, log, cleanup, stop }) => {
    const own = configOf('tick');
    const config = { ...own, risk: openLimits(own.risk), exchange: { ...own.exchange, timeframe: TIMEFRAME } };
    const services = await startServices({
      dataDirectory: config.database.dataDirectory,
      log,
      onFatal: (error) => log.error(error.message),
      signal: stop,
    });
    cleanup.push('services', () => services.close());
    const descriptor = { mode: 'replay', account: 'bench', source: 'bench', announcedAt: Date.now() } as const;
    const { redis, mongo } = services;
    const opened = await openContext({ config, descriptor, redisUrl: redis.url, mongoUrl: mongo.url, log });
    cleanup.push('context', () => opened.close());
    const { broker, arrivals } = noting(opened.broker);
    const context = { ...opened, broker };
    await fillCompany(context, WARM_UP + ticks);
    const node = await startNode(context, { queues: QUEUE_NAMES });
    cleanup.push('node', () => node.close(DRAIN_MS));
    const runner = createTickRunner(context);
    cleanup.push('ticks', () => runner.close());
    const bare = await openBareFlows(context, stop);
    cleanup.push('bare flows', () => bare.close());

    const samples: { readonly tick: number; readonly bare: number; readonly orders: number }[] = [];
    for (let n = 0; n < WARM_UP + ticks; n += 1) {
      arrivals.length = 0;
      const close = FIRST_CLOSE + n * HOUR_MS;
      const startedAt = performance.now();
      await setMarketTime(context, close);
      await unlessStopped(stop, runner.run(close));
      const last = arrivals.at(-1);
      const bareAt = performance.now();
      await bare.run(n);
      if (n < WARM_UP || last === undefined) continue;
      samples.push({ tick: last - startedAt, bare: performance.now() - bareAt, orders: arrivals.length });
    }
    const latencyOf = (of: 'tick' | 'bare'): Latency => {
      const values = samples.map((sample) => sample[of]);
      return { p50: quantile(values, 0.5), p99: quantile(values, 0.99) };
    };
    const [tick, same] = [latencyOf('tick'), latencyOf('bare')];
    return {
      ticks,
      strategies: STRATEGIES,
      markets: MARKETS,
      withOrders: samples.length,
      orders: samples.reduce((sum, { orders }) => sum + orders, 0),
      jobs: SHAPE.flat().length,
      tick,
      bare: same,
      ratio: { p50: tick.p50 / same.p50, p99: tick.p99 / same.p99 },
      target: TARGET,
    };
  });
}

export function printTickBench(
  io: CliIo,
  { strategies, markets, ticks, withOrders, orders, jobs, tick, bare, ratio, target }: TickBenchReport,
): void {
  io.print(
    `${strategies} strategies on ${markets} markets, ${ticks} ticks: ${withOrders} of them placed ${orders} orders. From the close of the candle to the last order at the venue, beside bare flows of the same ${jobs} jobs\n`,
  );
  io.table(
    (['p50', 'p99'] as const).map((quantileOf) => ({
      quantile: quantileOf,
      'tick ms': round(tick[quantileOf], 1),
      'bare ms': round(bare[quantileOf], 1),
      ratio: round(ratio[quantileOf], 2),
    })),
    '',
  );
  io.print(`\nThe target is a ratio of at most ${target} for both`);
}
