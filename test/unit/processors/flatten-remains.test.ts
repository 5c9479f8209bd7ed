import { expect, it } from 'vitest';
import { remainsOf, type FlattenDeps } from '../../../processors/risk-manager/flatten.ts';
import { type VenuePosition } from '../../../src/ports/broker.ts';
import { buildSeries } from '../../fixtures/build-series.ts';
import { market } from '../../fixtures/synthetic-market.ts';

const SYMBOL = 'A-USD';
const series = buildSeries(SYMBOL, '1h', [{ time: 0, open: 100, high: 100, low: 100, close: 100, volume: 1 }]);

const remains = (positions: readonly VenuePosition[], unassigned: readonly VenuePosition[]) =>
  remainsOf(
    {
      broker: {
        openOrders: async () => [],
        positions: async () => positions,
        unassigned: async () => unassigned,
      },
      data: { now: async () => 0, market: async () => market(SYMBOL), series: async () => series },
      timeframe: '1h',
    } as unknown as FlattenDeps,
    'paper',
  );
const held = (amount: number): readonly VenuePosition[] => [{ strategyHash: 's', symbol: SYMBOL, amount }];

it('a flatten is not done while the venue holds what no strategy has', async () => {
  expect(await remains([], [])).toEqual({ open: 0, dust: [] });
  expect(await remains(held(1), [])).toEqual({ open: 1, dust: [] });
  expect(await remains([], held(1))).toEqual({ open: 1, dust: [] });
  expect(await remains([], held(1e-9))).toEqual({ open: 0, dust: ['0.000000001 A-USD'] });
});
