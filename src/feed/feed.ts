import { setTimeout as delay } from 'node:timers/promises';
import { tickFlow } from '../../queues/flows/tick-flow.ts';
import { timeframeMs } from '../domain/market/timeframe.ts';
import { sentenceOf } from '../domain/errors.ts';
import { runCycleRequest, runRequestFor } from './cycle-run.ts';
import { dayEvents } from './trading-day.ts';
import { createJobWaiter, type JobWaiter } from './job-waiter.ts';
import { type FeedDeps } from './feed-deps.ts';

export interface FeedOptions {
  /** Market time at which the feed begins when the source has no feed yet; on a candle's edge, epoch ms. */
  readonly from: number;
  /** Last market time there are candles for; absent for a market without end. */
  readonly to?: number;
  /** Market seconds per wall second; Infinity goes as fast as the desks follow. */
  readonly speed: number;
  readonly seed: number;
  /** A cycle every so many candles, the first at `from`. */
  readonly cycleEveryCandles: number;
  readonly signal: AbortSignal;
}

/** Announces where market time stands. */
export async function setMarketTime(
  { stores, descriptor, clock }: Pick<FeedDeps, 'stores' | 'descriptor' | 'clock'>,
  now: number,
): Promise<void> {
  await stores.feed.advance({ source: descriptor.source, now, updatedAt: clock.now() });
}

/**
 * One candle: every market's tick flow, and then the account is marked. Market time goes on when all of it is done.
 * Doing it again does what is missing and nothing twice.
 */
async function runTick(deps: FeedDeps, trader: JobWaiter, now: number, signal: AbortSignal): Promise<void> {
  const { producer, data, descriptor, config } = deps;
  const { timeframe } = config.exchange;
  const candleTime = now - timeframeMs(timeframe);
  const flows = (await data.markets()).map(({ symbol }) =>
    tickFlow({ account: descriptor.account, symbol, timeframe, candleTime }),
  );
  for (const flow of flows) {
    // A tick that was interrupted is announced again as far as it is missing.
    if (!(await producer.queue('trader').getJob(flow.jobId))) await producer.addFlow(flow);
  }
  await trader.ended(
    flows.map(({ jobId }) => jobId),
    signal,
  );
  await producer.add(
    'risk-manager',
    'monitor',
    { account: descriptor.account },
    { jobId: `monitor.${descriptor.account}.t${candleTime}`, meta: { causedBy: 'feed' } },
  );
}

/**
 * Drives market time for a simulated or replayed market: candle after candle, at `speed`, never ahead of the desks, so
 * that a slow machine sees the same decisions as a fast one. Cycles run beside the ticks.
 */
export async function runFeed(deps: FeedDeps, options: FeedOptions): Promise<void> {
  const { stores, descriptor, config, log, data } = deps;
  const { signal, seed } = options;
  const step = timeframeMs(config.exchange.timeframe);
  const trader = createJobWaiter(deps, 'trader');
  let cycle: Promise<void> | null = null;

  const passCandle = async (now: number): Promise<void> => {
    await runTick(deps, trader, now, signal);
    if (!signal.aborted) await dayEvents(deps, now - step, now);
  };

  // Due by market time: a restart goes on with the cycle it interrupted, and neither adds nor loses one.
  const every = options.cycleEveryCandles * step;
  const latestDue = (now: number): number => options.from + Math.floor((now - options.from) / every) * every;

  const startCycle = (asOf: number): void => {
    if (cycle !== null) {
      log.info('the cycle before is still running; this one is left out', { asOf: new Date(asOf).toISOString() });
      return;
    }
    cycle = (async () => {
      try {
        const symbols = (await data.markets()).map(({ symbol }) => symbol);
        const inputs = { symbols, timeframe: config.exchange.timeframe, seed, asOf, settles: false };
        const request = await runRequestFor(stores.cycles, descriptor.source, inputs, () => descriptor.account);
        const hasEnded = request.run > 1 && !request.resumed;
        if (hasEnded) return;
        const done = await runCycleRequest(deps, request, signal);
        log.info(`cycle ${done.state}`, {
          cycleId: done.id,
          ...(done.reason !== undefined && { reason: done.reason }),
        });
      } catch (error) {
        if (!signal.aborted) log.error(`cycle: ${sentenceOf(error)}`);
      } finally {
        cycle = null;
      }
    })();
  };

  try {
    let now = (await stores.feed.get(descriptor.source))?.now ?? options.from;
    await setMarketTime(deps, now);
    // The process before may have been killed in the middle of this candle: the venue must not miss it.
    if (now > options.from) await passCandle(now);
    startCycle(latestDue(now));
    while (!signal.aborted && now + step <= (options.to ?? Infinity)) {
      const startedAt = performance.now();
      now += step;
      await setMarketTime(deps, now);
      await passCandle(now);
      if (signal.aborted) break;
      if (latestDue(now) === now) startCycle(now);
      const waitMs = step / options.speed - (performance.now() - startedAt);
      if (waitMs > 0) await delay(waitMs, undefined, { signal }).catch(() => undefined);
    }
    // A cycle started by the last candle is still the feed's to wait for.
    await (cycle as Promise<void> | null);
    if (!signal.aborted) log.info('the replayed candles are used up');
  } finally {
    await trader.close();
  }
}
