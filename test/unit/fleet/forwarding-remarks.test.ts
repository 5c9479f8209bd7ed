import { expect, it } from 'vitest';
import { forwardingRemarks, type ForwardingSetting } from '../../../src/domain/fleet/forwarding-remarks.ts';

const SETTING: ForwardingSetting = {
  mode: 'replay',
  timeframe: '5m',
  symbols: ['BTC-USD', 'ETH-USD'],
  markets: { 'BTC-USD': { timeframe: '5m' } },
};

it('says nothing when a search can be forwarded', () => {
  expect(forwardingRemarks(SETTING)).toEqual([]);
  const several = { 'BTC-USD': { timeframe: '1h' }, 'ETH-USD': { timeframe: '5m' } } as const;
  expect(forwardingRemarks({ ...SETTING, markets: several })).toEqual([]);
});

it.each<[string, Partial<ForwardingSetting>, string]>([
  ['no market', { markets: {} }, 'no search will be forwarded: backtest.forward.markets is empty'],
  ['another timeframe', { timeframe: '1h' }, 'BTC-USD with 5m, but cycles run on 1h; start with --timeframe 5m'],
  ['other markets', { symbols: ['SOL-USD'] }, 'names BTC-USD, but the markets here are SOL-USD'],
  ['a simulated market', { mode: 'simulated' }, 'this market is simulated'],
])('says why with %s', (_, change, text) => {
  const remarks = forwardingRemarks({ ...SETTING, ...change });
  expect(remarks).toHaveLength(1);
  expect(remarks[0]).toContain(text);
});
