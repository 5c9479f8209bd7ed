import { describe, expect, it } from 'vitest';
import { needsRealFiles, realFile } from '../../fixtures/needs.ts';
import { workspace } from '../cli/corp-process.ts';
import { decisionsOf } from './cycle-report.ts';
import { expectSound, run } from './run-cycle.ts';

const BTC = 'BTC-USD_FIVE_MINUTE.csv';
const needsBitcoin = needsRealFiles(BTC);
const TIMEOUT = 180_000;

describe('corp cycle on real candles', () => {
  it.skipIf(needsBitcoin.isMissing)(
    needsBitcoin.title(
      'screens hundreds of specs on half a year of Bitcoin, explains every rejection, and repeats its decisions',
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
});
