import { describe, expect, it } from 'vitest';
import { intentsAt, type SignalInput } from '../../../src/domain/portfolio/intents.ts';
import { timeframeMs } from '../../../src/domain/market/timeframe.ts';
import { type Position } from '../../../src/domain/portfolio/position.ts';
import { type StrategySpec } from '../../../src/domain/strategies/spec.ts';
import { onSignal, SIGNAL } from '../backtest/spec-fixture.ts';
import { seriesOf } from '../market/series-fixture.ts';

const bar = (close: number): readonly [number, number, number, number] => [100, 102, 99, close];
const quiet = bar(100);
/** Two bars, the last of which closes at the price that enters. */
const signalled = seriesOf([quiet, bar(SIGNAL)]);
const last = signalled.length - 1;

const exitsAbove: StrategySpec = { ...onSignal, exit: { left: { field: 'close' }, op: '>', right: { value: 101 } } };
const exiting = seriesOf([quiet, bar(101.5)]);

const input = (patch: {
  spec?: StrategySpec;
  state?: SignalInput['holding']['state'];
  amount?: number;
  hash?: string;
}): SignalInput => {
  const { spec = onSignal, state = 'active', amount, hash = 'h1' } = patch;
  const position = { account: 'paper', strategyHash: hash, symbol: 'TEST', amount } as Position;
  return {
    holding: { account: 'paper', strategyHash: hash, symbol: 'TEST', timeframe: '1h', state },
    strategy: { name: 'momentum/x', spec },
    position: amount === undefined ? null : position,
  };
};

describe('what strategies want at the close of a candle', () => {
  it('an entry, flat and signalled: sized by the spec, protected, dated by the close', () => {
    const [intent, ...others] = intentsAt(signalled, [input({})], 'c1');
    expect(others).toEqual([]);
    expect(intent).toMatchObject({
      account: 'paper',
      strategyHash: 'h1',
      symbol: 'TEST',
      side: 'buy',
      purpose: 'entry',
      candleTime: signalled.time[last],
      asOf: signalled.time[last]! + timeframeMs('1h'),
      referencePrice: SIGNAL,
      requestedFraction: 0.5,
      bracket: { stop: { kind: 'percent', value: 0.02 }, target: { kind: 'percent', value: 0.03 } },
      incubating: false,
      cycleId: 'c1',
    });
    expect(intent?.because).toContain('momentum/x: entry rule holds');
    expect(intent).not.toHaveProperty('closeAmount');
  });

  it('a sale, flat and signalled, of a spec that goes short', () => {
    expect(intentsAt(signalled, [input({ spec: { ...onSignal, side: 'short' } })])).toMatchObject([
      { side: 'sell', purpose: 'entry' },
    ]);
  });

  it('an exit of all it holds when its rule says so, on the other side', () => {
    expect(intentsAt(exiting, [input({ spec: exitsAbove, amount: 2 })])).toMatchObject([
      { side: 'sell', purpose: 'exit', closeAmount: 2, requestedFraction: 0 },
    ]);
    expect(intentsAt(exiting, [input({ spec: { ...exitsAbove, side: 'short' }, amount: -3 })])).toMatchObject([
      { side: 'buy', purpose: 'exit', closeAmount: 3 },
    ]);
    expect(intentsAt(exiting, [input({ spec: exitsAbove, amount: 2 })])[0]).not.toHaveProperty('bracket');
  });

  it('nothing while in position without an exit, however loud the entry signal', () => {
    expect(intentsAt(signalled, [input({ amount: 1 })])).toEqual([]);
  });

  it('nothing without a signal, on a candle nobody printed, or without candles', () => {
    expect(intentsAt(seriesOf([quiet, quiet]), [input({})])).toEqual([]);
    expect(intentsAt(exiting, [input({ spec: exitsAbove, amount: 0 })])).toEqual([]);
    expect(intentsAt(seriesOf([quiet, bar(SIGNAL), null, quiet]), [input({})])).toEqual([]);
  });

  it('marks those of incubating strategies', () => {
    expect(intentsAt(signalled, [input({ state: 'incubating' })])).toMatchObject([{ incubating: true }]);
  });

  it('a retired strategy enters nothing, and closes what it still holds', () => {
    expect(intentsAt(signalled, [input({ state: 'retired' })])).toEqual([]);
    const [intent] = intentsAt(seriesOf([quiet, quiet]), [input({ state: 'retired', amount: 2 })]);
    expect(intent).toMatchObject({ side: 'sell', purpose: 'exit', closeAmount: 2 });
    expect(intent?.because).toContain('retired');
  });

  it('has the same ids for the same candle, and others for every strategy, side and candle', () => {
    const inputs = [input({}), input({ hash: 'h2' }), input({ hash: 'h3', spec: { ...onSignal, side: 'short' } })];
    const ids = intentsAt(signalled, inputs).map(({ id }) => id);
    expect(intentsAt(signalled, inputs).map(({ id }) => id)).toEqual(ids);
    const later = intentsAt(seriesOf([quiet, quiet, bar(SIGNAL)]), inputs).map(({ id }) => id);
    expect(new Set([...ids, ...later]).size).toBe(6);
  });
});
