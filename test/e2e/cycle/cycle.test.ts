import { describe, expect, it } from 'vitest';
import { needsRealFiles, realFile } from '../../fixtures/needs.ts';
import { workspace, type Workspace } from '../cli/corp-process.ts';
import { cycleReport, decisionsOf, type CycleReport } from './cycle-report.ts';

const BTC = 'BTC-USD_FIVE_MINUTE.csv';
const PERPETUALS = ['BIP-20DEC30-CDE_ONE_MINUTE.csv', 'ETP-20DEC30-CDE_ONE_MINUTE.csv'];
const needsBitcoin = needsRealFiles(BTC);
const needsPerpetuals = needsRealFiles(...PERPETUALS);
const TIMEOUT = 90_000;

interface Run {
  readonly report: CycleReport;
  /** Wall time of the whole command. */
  readonly ms: number;
}

async function run({ corp }: Workspace, ...args: string[]): Promise<Run> {
  const startedAt = performance.now();
  const { exitCode, stdout, stderr } = await corp(...args, '--json');
  const ms = performance.now() - startedAt;
  expect({ exitCode, errors: stderr.split('\n').filter((line) => /error|warn/i.test(line)) }).toEqual({
    exitCode: 0,
    errors: [],
  });
  return { report: cycleReport.parse(JSON.parse(stdout)), ms };
}

/** What must hold of any cycle that went well. */
function expectSound({ report, ms }: Run): void {
  const { stages, strategies, rejections, review, orders, fills, equity, markets } = report;
  expect(stages.every((stage) => stage.jobs > 0 && stage.ok === stage.jobs && stage.failed === 0)).toBe(true);
  // Stages overlap nowhere: together they take no longer than the command, in the same unit.
  const stageMs = stages.reduce((sum, stage) => sum + stage.ms, 0);
  expect(stageMs).toBeLessThan(ms);
  expect(stageMs).toBeGreaterThan(ms / 1000);

  // Whatever was screened went on, or has a reason; whatever was optimised trades, or has one.
  expect(strategies.trials).toBeGreaterThanOrEqual(200);
  expect(rejections.optimized.length + strategies.selected + strategies.incubating).toBe(strategies.optimized);
  const screenedOut = rejections.screened.reduce((sum, { count }) => sum + count, 0);
  expect(screenedOut + strategies.optimized).toBeGreaterThanOrEqual(strategies.generated);
  if (strategies.optimized === 0) expect(screenedOut).toBe(strategies.trials);

  expect(orders.filter(({ purpose }) => purpose === 'entry')).toHaveLength(review.approved + review.reduced);
  const ids = new Set(orders.map(({ clientOrderId }) => clientOrderId));
  expect(ids.size).toBe(orders.length);
  expect(fills.every(({ clientOrderId }) => ids.has(clientOrderId))).toBe(true);
  expect(Math.abs(equity / 100_000 - 1)).toBeLessThan(0.05);
  for (const { bars, coverage } of markets) expect(bars * coverage).toBeGreaterThan(500);
}

describe('corp start --once', () => {
  it(
    'goes from a simulated market to paper orders, keeps a whole audit log, and decides the same the next time',
    async () => {
      const place = workspace();
      const first = await run(place, 'start', '--once');
      expectSound(first);
      expect(first.report.mode).toBe('simulated');
      expect(first.report.markets).toHaveLength(8);
      const { auditHead } = first.report;
      expect(await place.json('audit', 'verify')).toMatchObject({ ok: true, head: auditHead });

      // Every run has an account of its own: what the first one bought changes nothing.
      const second = await run(place, 'start', '--once');
      expect(second.report.cycleId).not.toBe(first.report.cycleId);
      const { account: _a, ...decisions } = decisionsOf(second.report) as Record<string, unknown>;
      expect(decisionsOf(first.report)).toMatchObject(decisions);
      expect(await place.json('audit', 'verify')).toMatchObject({ ok: true });
    },
    TIMEOUT,
  );
});

describe('corp cycle on real candles', () => {
  it.skipIf(needsBitcoin.isMissing)(
    needsBitcoin.title(
      'screens hundreds of specs on a half-year of Bitcoin, explains every rejection, and decides the same again',
    ),
    async () => {
      const args = ['cycle', '--data', realFile(BTC), '--timeframe', '1h', '--seed', '7'];
      const runs = await Promise.all([workspace(), workspace()].map((place) => run(place, ...args)));
      for (const one of runs) {
        expectSound(one);
        expect(one.ms).toBeLessThan(60_000);
      }
      const [first, second] = runs.map(({ report }) => report);
      expect(decisionsOf(second!)).toEqual(decisionsOf(first!));
      expect(first).toMatchObject({
        mode: 'replay',
        markets: [{ symbol: 'BTC-USD', timeframe: '1h', gaps: 2, filledBars: 70 }],
      });
    },
    TIMEOUT,
  );

  it.skipIf(needsPerpetuals.isMissing)(
    needsPerpetuals.title('reports every hole of two perpetuals, and trades both on a timeframe that suits them'),
    async () => {
      const one = await run(
        workspace(),
        'cycle',
        '--data',
        ...PERPETUALS.map(realFile),
        '--timeframe',
        '5m',
        '--seed',
        '7',
      );
      expectSound(one);
      const { markets } = one.report;
      expect(markets.map(({ symbol }) => symbol)).toEqual(['BIP-20DEC30-CDE', 'ETP-20DEC30-CDE']);
      // All holes of the files lie before the last candle but one, on which the cycle decides.
      expect(markets.map(({ gaps }) => gaps)).toEqual([702, 1556]);
      expect(markets.map(({ filledBars }) => filledBars)).toEqual([1065, 2505]);
      for (const { largestGaps } of markets) {
        expect(largestGaps[0]).toMatchObject({ bars: 60 });
        for (const { from, to, bars } of largestGaps)
          expect((Date.parse(to) - Date.parse(from)) / 60_000 + 1).toBe(bars);
      }
    },
    TIMEOUT,
  );
});
