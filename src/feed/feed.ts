import { setTimeout as delay } from 'node:timers/promises';
import { timeframeMs } from '../domain/market/timeframe.ts';
import { sentenceOf } from '../domain/errors.ts';
import { runCycleRequest, runRequestFor } from './cycle-run.ts';
import { createPatience } from './while-away.ts';
import { type Cycle } from '../domain/research/cycle.ts';
import { dayEvents } from './trading-day.ts';
import { createTickRunner } from './run-tick.ts';
import { type FeedDeps } from './feed-deps.ts';

export interface FeedOptions {
  /** Market time at which a new feed starts; on a candle boundary, epoch ms. */
  readonly from: number;
  /** Close of the last candle, epoch ms; absent for a market without end. */
  readonly to?: number;
  /** Market seconds per wall second; Infinity runs as fast as the agents finish their jobs. */
  readonly speed: number;
  readonly seed: number;
  /** Candles between two cycles; the first cycle is at `from`. */
  readonly cycleEveryCandles: number;
  readonly abortSignal: AbortSignal;
  /** Whether an error says that Redis or the store cannot be reached now. @default a retryable AppError */
  readonly isAway?: (error: unknown) => boolean;
}

/** Stores the current market time, epoch ms. */
export async function setMarketTime(
  { stores, descriptor, clock }: Pick<FeedDeps, 'stores' | 'descriptor' | 'clock'>,
  now: number,
): Promise<void> {
  await stores.feed.advance({ source: descriptor.source, now, updatedAt: clock.now() });
}

/**
 * Advances market time for a simulated or replayed market, candle by candle, at `speed`. It waits for the agents, so
 * that a slow machine makes the same decisions as a fast one. Cycles run concurrently with the ticks. While Redis or the
 * store is away, market time stands still.
 */
export async function runFeed(deps: FeedDeps, options: FeedOptions): Promise<void> {
  const { stores, descriptor, config, log, data } = deps;
  const { abortSignal, seed, isAway } = options;
  const patiently = createPatience({ log, abortSignal, isAway });
  const step = timeframeMs(config.exchange.timeframe);
  const ticks = createTickRunner(deps);
  let cycle: Promise<void> | null = null;

  const passCandle = (now: number): Promise<void> =>
    patiently('market feed', async () => {
      await setMarketTime(deps, now);
      await ticks.run(now, abortSignal);
      if (!abortSignal.aborted) await dayEvents(deps, now - step, now);
    });

  // Cycles are due by market time, so a restart resumes the interrupted cycle and neither adds nor skips one.
  const every = options.cycleEveryCandles * step;
  const latestDue = (now: number): number => options.from + Math.floor((now - options.from) / every) * every;

  /** Null when a cycle with these inputs has ended before. */
  const runCycle = async (asOf: number): Promise<Cycle | null> => {
    const symbols = (await data.markets()).map(({ symbol }) => symbol);
    const inputs = { symbols, timeframe: config.exchange.timeframe, seed, asOf, settles: false };
    const request = await runRequestFor(stores.cycles, descriptor.source, inputs, () => descriptor.account);
    const hasEnded = request.run > 1 && !request.resumed;
    return hasEnded ? null : runCycleRequest(deps, request, abortSignal);
  };

  const startCycle = (asOf: number): void => {
    if (cycle !== null) {
      log.info('the previous cycle is still running; this one is skipped', { asOf: new Date(asOf).toISOString() });
      return;
    }
    cycle = (async () => {
      try {
        const done = await patiently('cycle', () => runCycle(asOf));
        if (!done) return;
        log.info(`cycle ${done.state}`, {
          cycleId: done.id,
          ...(done.reason !== undefined && { reason: done.reason }),
        });
      } catch (error) {
        if (!abortSignal.aborted) log.error(`cycle: ${sentenceOf(error)}`);
      } finally {
        cycle = null;
      }
    })();
  };

  try {
    let now = options.from;
    await patiently('market feed', async () => {
      now = (await stores.feed.get(descriptor.source))?.now ?? options.from;
      await setMarketTime(deps, now);
    });
    // The previous process may have been killed during this candle; the venue must still process it.
    if (now > options.from) await passCandle(now);
    startCycle(latestDue(now));
    while (!abortSignal.aborted && now + step <= (options.to ?? Infinity)) {
      const startedAt = performance.now();
      now += step;
      await passCandle(now);
      if (abortSignal.aborted) break;
      if (latestDue(now) === now) startCycle(now);
      const waitMs = step / options.speed - (performance.now() - startedAt);
      if (waitMs > 0) await delay(waitMs, undefined, { signal: abortSignal }).catch(() => undefined);
    }
    // Wait for a cycle that the last candle started.
    await (cycle as Promise<void> | null);
    if (!abortSignal.aborted) log.info('the end of the replayed candles is reached');
  } finally {
    await ticks.close();
  }
}
