import { DelayedError, type Job } from 'bullmq';
import { vi } from 'vitest';
import { createForwarder } from '../../../../../processors/backtest/forward/forward-unit.ts';
import {
  createCoordinatorClient,
  type CoordinatorClientOptions,
} from '../../../../../src/adapters/coordinator-client/client.ts';
import { type Market } from '../../../../../src/domain/market/market.ts';
import { type Coordinator } from '../../../../../src/ports/fleet/client.ts';
import { AppError } from '../../../../../src/domain/errors.ts';
import { type ForwardedUnit, type ForwardingStore } from '../../../../../src/ports/fleet/forwarding.ts';
import { type Strategy } from '../../../../../src/domain/strategies/strategy.ts';
import { type StrategyStore } from '../../../../../src/ports/stores.ts';
import { type WorkerEngine } from '../../../../../src/ports/fleet/engine.ts';
import { silent } from '../../../../fixtures/silent-logger.ts';
import { type ManualClock } from '../../agent/agent-fixture.ts';

/** A correct report of the newest workers, with a genome that can be imported as a spec. */
export const GENOME = {
  entry_rules: [{ left: { indicator: 'RSI', period: 14 }, op: '<', right: { value: 30 } }],
  params: { sl_pct: 0.02, tp_pct: 0.05, size_pct: 0.2, max_positions: 1, direction: 'LONG', leverage: 1 },
};
export const REPORT = {
  pnl: 120.5,
  trades: 44,
  win_rate: 0.55,
  sharpe_ratio: 2.25,
  max_drawdown: 0.08,
  execution_time: 12,
  strategy_genome: JSON.stringify(GENOME),
  oos_pnl: 110,
  oos_trades: 12,
  oos_win_rate: 0.5,
  oos_sharpe: 1.1,
  oos_max_dd: 0.03,
  oos_degradation: 0.0871,
  robustness_score: 90,
  is_overfitted: false,
  actual_candles: 5000,
  train_candles: 4500,
  test_candles: 500,
};

/** An engine with a constant result; these tests check where and when it runs. */
export function fixedEngine(report: object | null = REPORT): WorkerEngine & { readonly runs: { count: number } } {
  const runs = { count: 0 };
  const reason = 'its candles are not here';
  return {
    runs,
    copyOf: async () => null,
    obstacle: async () => (report === null ? reason : null),
    async execute() {
      runs.count += 1;
      return report === null ? { kind: 'impossible', reason } : { kind: 'done', report: { ...report } };
    },
    close: async () => undefined,
  };
}

/**
 * Replaces `AbortSignal.timeout`: the latest time-out fires when `expire` is called, never by wall time, so that load on
 * the machine cannot turn an answer into a time-out. Undone by `vi.restoreAllMocks()`.
 */
export function manualTimeouts(): { readonly expire: () => void } {
  let latest = new AbortController();
  vi.spyOn(AbortSignal, 'timeout').mockImplementation(() => {
    latest = new AbortController();
    return latest.signal;
  });
  return { expire: () => latest.abort(new DOMException('the test let it expire', 'TimeoutError')) };
}

/** A client on a virtual clock. Its real time-out is very long; tests of time-outs use `manualTimeouts`. */
export function clientOf(
  url: string,
  clock: ManualClock,
  options: Partial<CoordinatorClientOptions> = {},
): Coordinator {
  return createCoordinatorClient({
    url,
    clock,
    pause: async (ms) => clock.pass(ms),
    random: () => 0.5,
    agent: 'test',
    timeoutMs: 60_000,
    breaker: { threshold: 5, openMs: 30_000 },
    settleMs: 60_000,
    freshMs: 1000,
    ...options,
  });
}

export interface ForwardQueue {
  readonly strategies: Map<string, Strategy>;
  /** Runs the units in order of their wake-up times until all have ended. */
  run(ids: readonly string[]): Promise<readonly ForwardedUnit[]>;
}

export interface BenchDeps {
  readonly forwarding: ForwardingStore;
  readonly coordinator: Coordinator;
  readonly engine: WorkerEngine;
  readonly clock: ManualClock;
  readonly settleMs?: number;
}

const market: Market = {
  symbol: 'BIP-20DEC30-CDE',
  base: 'BIP',
  quote: 'USD',
  kind: 'perpetual',
  tickSize: 0.01,
  stepSize: 0.001,
  minAmount: 0.001,
  minNotional: 1,
  takerFeeRate: 0.001,
  makerFeeRate: 0.0005,
};

/** A queue of forward jobs on a clock that jumps to the next wake-up time. */
export function createForwardQueue({
  forwarding,
  coordinator,
  engine,
  clock,
  settleMs = 60_000,
}: BenchDeps): ForwardQueue {
  const strategies = new Map<string, Strategy>();
  const store = {
    async addMany(rows: readonly Strategy[]) {
      for (const row of rows) if (!strategies.has(row.hash)) strategies.set(row.hash, row);
      return rows.length;
    },
  } as unknown as StrategyStore;
  const forward = createForwarder({
    forwarding,
    coordinator,
    engine,
    clock,
    strategies: store,
    market: async () => market,
    pollMs: 15_000,
    settleMs,
  });

  return {
    strategies,
    async run(ids) {
      const ended: ForwardedUnit[] = [];
      const queue = ids.map((id) => ({ id, at: clock.now() }));
      while (queue.length > 0) {
        queue.sort((a, b) => a.at - b.at);
        const next = queue.shift()!;
        if (next.at > clock.now()) clock.pass(next.at - clock.now());
        let wake = clock.now();
        const job = {
          id: next.id,
          async moveToDelayed(until: number) {
            wake = until;
          },
        } as unknown as Job;
        const abortSignal = new AbortController().signal;
        try {
          ended.push(
            await forward(next.id, {
              job,
              token: 't',
              abortSignal,
              log: silent,
              note: () => undefined,
              jobId: next.id,
              meta: { priority: 'low' },
            }),
          );
        } catch (error) {
          const isRetried = error instanceof AppError && error.retryable;
          if (!(error instanceof DelayedError) && !isRetried) throw error;
          queue.push({ id: next.id, at: isRetried ? clock.now() + 1000 : wake });
        }
      }
      return ended;
    },
  };
}
