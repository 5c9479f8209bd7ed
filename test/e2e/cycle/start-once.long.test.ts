import { describe, expect, it } from 'vitest';
import { needsRealFiles, realFile } from '../../fixtures/needs.ts';
import { workspace } from '../cli/corp-process.ts';
import { decisionsOf } from './cycle-report.ts';
import { expectSound, run } from './run-cycle.ts';

const PERPETUALS = ['BIP-20DEC30-CDE_ONE_MINUTE.csv', 'ETP-20DEC30-CDE_ONE_MINUTE.csv'];
const needsPerpetuals = needsRealFiles(...PERPETUALS);
const TIMEOUT = 180_000;

describe('corp start --once', () => {
  it(
    'goes from a simulated market to paper orders, keeps a valid audit log, and repeats its decisions in the next run',
    async () => {
      const place = workspace();
      const first = await run(place, 'start', '--once');
      expectSound(first);
      expect(first.report.mode).toBe('simulated');
      expect(first.report.markets).toHaveLength(8);
      const { auditHead } = first.report;
      expect(await place.json('audit', 'verify')).toMatchObject({ ok: true, head: auditHead });

      // Every run has its own account: the positions of the first run do not affect the second.
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
  it.skipIf(needsPerpetuals.isMissing)(
    needsPerpetuals.title('reports every gap of two perpetuals, and trades both on a timeframe that suits them'),
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
      // All gaps of the files lie before the last candle but one, on which the cycle decides.
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
