import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { hashSpec } from '../../../src/domain/strategies/hash-spec.ts';
import { needsRealFiles, realFile } from '../../fixtures/needs.ts';
import { workspace, type Workspace } from '../cli/corp-process.ts';
import { BITCOIN, digest, expectGolden, SPECS } from './golden-file.ts';

/** The JSON document of a command that prints progress on standard error. */
async function documentOf<T>({ corp }: Workspace, ...args: string[]): Promise<T> {
  const { exitCode, stdout, stderr } = await corp(...args, '--json');
  expect(exitCode, stderr).toBe(0);
  return JSON.parse(stdout) as T;
}

interface BacktestDocument {
  readonly trades: readonly Readonly<Record<string, unknown>>[];
  readonly resultHash: string;
}

const need = needsRealFiles(BITCOIN);

it.skipIf(need.isMissing)(need.title('twelve backtests give the golden trades'), { timeout: 120_000 }, async () => {
  const place = workspace();
  const results = [];
  for (const { name, spec } of SPECS) {
    const file = join(place.directory, 'spec.json');
    writeFileSync(file, JSON.stringify(spec));
    const { trades, resultHash } = await documentOf<BacktestDocument>(
      ...([place, 'backtest', '--spec', file, '--data', realFile(BITCOIN), '--timeframe', '1h'] as const),
    );
    results.push({ name, spec: hashSpec(spec), trades: trades.length, tradesHash: digest(trades), resultHash });
  }
  expect(results.reduce((sum, { trades }) => sum + trades, 0)).toBeGreaterThan(100);
  expectGolden('backtests', results);
});

interface CycleDocument {
  readonly markets: readonly unknown[];
  readonly stages: readonly { readonly stage: string; readonly jobs: number; readonly ok: number }[];
  readonly opportunities: readonly { readonly symbol: string; readonly score: number; readonly accepted: boolean }[];
  readonly analyses: readonly unknown[];
  readonly strategies: unknown;
  readonly portfolio: readonly { readonly hash: string; readonly symbol: string; readonly state: string }[];
  readonly rejections: {
    readonly screened: readonly { readonly count: number }[];
    readonly optimized: readonly { readonly strategy: string; readonly symbol: string }[];
  };
  readonly orders: readonly Readonly<Record<string, unknown>>[];
  readonly fills: readonly unknown[];
  readonly equity: number;
}
interface VerdictRow {
  readonly decision: string;
  readonly amount: number;
  readonly reasons: readonly { readonly code: string }[];
}

describe('the default cycle', () => {
  it('gives the golden strategies, decisions and orders', { timeout: 180_000 }, async () => {
    const place = workspace();
    const cycle = await documentOf<CycleDocument>(place, 'start', '--once', '--seed', '28');
    const { items } = await documentOf<{ readonly items: readonly VerdictRow[] }>(place, 'verdicts');
    expectGolden('cycle', {
      markets: cycle.markets,
      stages: cycle.stages.map(({ stage, jobs, ok }) => ({ stage, jobs, ok })),
      opportunities: cycle.opportunities.map(({ symbol, score, accepted }) => ({ symbol, score, accepted })),
      analyses: cycle.analyses,
      strategies: cycle.strategies,
      portfolio: cycle.portfolio.map(({ hash, symbol, state }) => ({ hash, symbol, state })),
      screenedOut: cycle.rejections.screened.map(({ count }) => count),
      optimizedOut: cycle.rejections.optimized.map(({ strategy, symbol }) => ({ strategy, symbol })),
      verdicts: items.map(({ decision, amount, reasons }) => ({ decision, amount, codes: reasons.map((r) => r.code) })),
      orders: cycle.orders.map(({ createdAt: _at, reason: _reason, ...order }) => order),
      fills: cycle.fills,
      equity: cycle.equity,
    });
  });
});
