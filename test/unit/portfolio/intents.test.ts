import { describe, expect, it } from 'vitest';
import { incubationAccount } from '../../../src/domain/portfolio/accounts.ts';
import { intentsAt, signalInputs, type SignalInput } from '../../../src/domain/portfolio/intents.ts';
import { timeframeMs } from '../../../src/domain/market/timeframe.ts';
import { type Position } from '../../../src/domain/portfolio/position.ts';
import { type StrategySpec } from '../../../src/domain/strategies/spec.ts';
import { onSignal, SIGNAL } from '../backtest/spec-fixture.ts';
import { seriesOf } from '../market/series-fixture.ts';

const bar = (close: number): readonly [number, number, number, number] => [100, 102, 99, close];
const quiet = bar(100);
/** Two bars; the last one closes at the entry price. */
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

describe('intents at the close of a candle', () => {
  it('when flat with an entry signal: an entry with the size, bracket and time of the signal', () => {
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
      cycleId: 'c1',
    });
    expect(intent?.because).toContain('momentum/x: entry rule holds');
    expect(intent).not.toHaveProperty('closeAmount');
  });

  it('when flat with an entry signal of a short spec: a sale', () => {
    expect(intentsAt(signalled, [input({ spec: { ...onSignal, side: 'short' } })])).toMatchObject([
      { side: 'sell', purpose: 'entry' },
    ]);
  });

  it('when an exit rule holds: an exit of the whole position', () => {
    expect(intentsAt(exiting, [input({ spec: exitsAbove, amount: 2 })])).toMatchObject([
      { side: 'sell', purpose: 'exit', closeAmount: 2, requestedFraction: 0 },
    ]);
    expect(intentsAt(exiting, [input({ spec: { ...exitsAbove, side: 'short' }, amount: -3 })])).toMatchObject([
      { side: 'buy', purpose: 'exit', closeAmount: 3 },
    ]);
    expect(intentsAt(exiting, [input({ spec: exitsAbove, amount: 2 })])[0]).not.toHaveProperty('bracket');
  });

  it('in position without an exit signal: none, despite an entry signal', () => {
    expect(intentsAt(signalled, [input({ amount: 1 })])).toEqual([]);
  });

  it('without a signal, on a bar filled flat, or without candles: none', () => {
    expect(intentsAt(seriesOf([quiet, quiet]), [input({})])).toEqual([]);
    expect(intentsAt(exiting, [input({ spec: exitsAbove, amount: 0 })])).toEqual([]);
    expect(intentsAt(seriesOf([quiet, bar(SIGNAL), null, quiet]), [input({})])).toEqual([]);
  });

  it('belong to the account of the holding, and to what is held there', () => {
    const hash = 'a'.repeat(64);
    const account = incubationAccount('paper', hash);
    const { holding, strategy, position } = input({ spec: exitsAbove, amount: 2, hash });
    const incubating = [{ ...holding, account }];
    const strategies = [{ ...strategy, hash }];
    // What the main account holds is not the incubating strategy's.
    expect(intentsAt(exiting, signalInputs(incubating, strategies, [position!]))).toEqual([]);
    const own = { ...position!, account, amount: 3 };
    expect(intentsAt(exiting, signalInputs(incubating, strategies, [position!, own]))).toMatchObject([
      { account, purpose: 'exit', closeAmount: 3 },
    ]);
  });

  it('of a retired strategy close its position and never enter', () => {
    expect(intentsAt(signalled, [input({ state: 'retired' })])).toEqual([]);
    const [intent] = intentsAt(seriesOf([quiet, quiet]), [input({ state: 'retired', amount: 2 })]);
    expect(intent).toMatchObject({ side: 'sell', purpose: 'exit', closeAmount: 2 });
    expect(intent?.because).toContain('retired');
  });

  it('have equal ids for the same candle, and different ids per strategy, side and candle', () => {
    const inputs = [input({}), input({ hash: 'h2' }), input({ hash: 'h3', spec: { ...onSignal, side: 'short' } })];
    const ids = intentsAt(signalled, inputs).map(({ id }) => id);
    expect(intentsAt(signalled, inputs).map(({ id }) => id)).toEqual(ids);
    const later = intentsAt(seriesOf([quiet, quiet, bar(SIGNAL)]), inputs).map(({ id }) => id);
    expect(new Set([...ids, ...later]).size).toBe(6);
  });
});
