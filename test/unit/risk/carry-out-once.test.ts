import { describe, expect, it } from 'vitest';
import { carryOutOnce } from '../../../src/domain/risk/carry-out-once.ts';
import { type RiskState, type TradingState } from '../../../src/domain/risk/risk-state.ts';
import { requestFlatten, requestTradingState } from '../../../src/domain/risk/state-request.ts';
import { openRiskState } from '../../../src/domain/risk/trading-state.ts';

const NOON = Date.UTC(2025, 0, 8, 12);
const opened = openRiskState({ account: 'paper', time: NOON, equity: 100, cash: 100, exposure: 0 });

const set = (state: RiskState, target: TradingState, id: string) =>
  carryOutOnce(state, id, (current) => requestTradingState(current, target, 'operator', 'test', NOON));

/** Found by the simulator of faults: the process woke up after another one had run its job in its place. */
describe('a request that is carried out once', () => {
  it('a process that was frozen while it resumed loosened the halt that came after', () => {
    const resumed = set(set(opened, 'HALTED', 'h1').state, 'ACTIVE', 'r1').state;
    const halted = set(resumed, 'HALTED', 'h2').state;
    const late = set(halted, 'ACTIVE', 'r1');
    expect(late.state).toBe(halted);
    expect(late.changed).toBe(false);
    expect(late.explanation).toBe('request r1 was carried out before; trading is HALTED');
    expect(set(halted, 'ACTIVE', 'r2').state.tradingState).toBe('ACTIVE');
  });

  it('counts as carried out also when it changed nothing', () => {
    const same = set(opened, 'ACTIVE', 'r1').state;
    const halted = set(same, 'HALTED', 'h1').state;
    expect(set(halted, 'ACTIVE', 'r1').state.tradingState).toBe('HALTED');
  });

  it('a flatten whose process was frozen does not close what was opened after a resumption', () => {
    const flatten = (state: RiskState) =>
      carryOutOnce(state, 'f1', (current) =>
        requestFlatten(current, { id: 'f1', by: 'operator', reason: 'test', halt: false }, NOON),
      );
    const resumed = set(flatten(opened).state, 'ACTIVE', 'r1').state;
    expect(flatten(resumed).state).toBe(resumed);
  });

  it('remembers the last 32', () => {
    let state = opened;
    for (let i = 0; i < 40; i += 1) state = set(state, i % 2 === 0 ? 'HALTED' : 'ACTIVE', `x${i}`).state;
    expect(state.carriedOut).toHaveLength(32);
    expect(state.carriedOut?.at(-1)).toBe('x39');
  });
});
