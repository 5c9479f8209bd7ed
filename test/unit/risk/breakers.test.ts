import { describe, expect, it } from 'vitest';
import { applyTrips } from '../../../src/domain/risk/breakers/apply-trips.ts';
import { BREAKERS, type BreakerRules, type Response, type Trip } from '../../../src/domain/risk/breakers/breaker.ts';
import { marketCrashTrip } from '../../../src/domain/risk/breakers/market-crash.ts';
import { peakDrawdownTrip } from '../../../src/domain/risk/breakers/peak-drawdown.ts';
import { staleFeedTrip } from '../../../src/domain/risk/breakers/stale-feed.ts';
import {
  countVenueError,
  venueDiffersTrip,
  venueErrorsTrip,
} from '../../../src/domain/risk/breakers/venue-out-of-line.ts';
import { type RiskState, TRADING_STATES } from '../../../src/domain/risk/risk-state.ts';
import { requestTradingState } from '../../../src/domain/risk/state-request.ts';
import { reportGoodCandle, reportTrouble } from '../../../src/domain/risk/trouble.ts';
import { LIMITS } from '../../fixtures/risk-limits.ts';
import { HOUR, NOON, stateWith } from './fixtures.ts';

/** The values of config/agents.yaml. */
const RULES: BreakerRules = {
  peakReduceAt: 0.8,
  peakFlattenAt: 1.2,
  crashFall: 0.2,
  crashCandles: 6,
  crashFlattenShare: 0.5,
  venueErrors: 3,
  venueErrorCandles: 12,
  venueDiffersCandles: 12,
};

describe('drawdown from the peak', () => {
  it.each([
    [88_001, null],
    [88_000, 'reduce'],
    [82_001, 'reduce'],
    [82_000, 'flatten'],
    [81_000, 'flatten'],
  ] as const)('equity %d of a peak of 100000 asks for %s', (equity, response) => {
    expect(peakDrawdownTrip(100_000, equity, NOON, LIMITS, RULES)?.response ?? null).toBe(response);
  });

  it('says value, bound and limit', () => {
    expect(peakDrawdownTrip(100_000, 88_000, NOON, LIMITS, RULES)?.text).toBe(
      'equity 88000.00 is 12.00 % below the peak 100000.00: the CEO acts at 12.00 %, the limit is 15.00 %',
    );
  });

  it('is none while the peak is being measured anew', () => {
    expect(peakDrawdownTrip(0, 50_000, NOON, LIMITS, RULES)).toBeNull();
  });
});

describe('crash of a market', () => {
  const at = (...falls: number[]) =>
    marketCrashTrip(
      falls.map((fall, i) => ({ symbol: `M${i}-USD`, closes: [90, 100, 95, 100 * (1 - fall)] })),
      NOON,
      RULES,
    );

  it.each([
    [0.19, null],
    [0.2, 'reduce'],
    [0.9, 'reduce'],
  ] as const)('one market that falls by %d asks for %s', (fall, response) => {
    expect(at(fall, 0, 0, 0)?.response ?? null).toBe(response);
    // Alone it never closes the positions of an account with one market.
    expect(at(fall)?.response ?? null).toBe(response);
  });

  it('half of the markets together ask for everything to be closed; fewer do not', () => {
    expect(at(0.2, 0.3, 0, 0, 0)?.response).toBe('reduce');
    expect(at(0.2, 0.3, 0, 0)?.response).toBe('flatten');
  });

  it('names the markets, their prices and the bound', () => {
    expect(at(0.25, 0)?.text).toBe('M0-USD fell 25.00 % from 100 to 75 within 6 candles: the CEO acts at 20.00 %');
  });

  it('a rise is none, nor is a market without candles', () => {
    expect(
      marketCrashTrip(
        [
          { symbol: 'A', closes: [1, 100] },
          { symbol: 'B', closes: [] },
        ],
        NOON,
        RULES,
      ),
    ).toBeNull();
  });
});

describe('venue out of line', () => {
  it('counts the errors of a window, as many as the breaker needs', () => {
    const state = [1, 2, 3, 4].reduce(
      (current, hour) => countVenueError(current, NOON + hour * HOUR, RULES),
      stateWith(),
    );
    expect(state.venueErrors).toEqual([NOON + 2 * HOUR, NOON + 3 * HOUR, NOON + 4 * HOUR]);
    const trip = (now: number) => venueErrorsTrip(state.venueErrors ?? [], now, HOUR, RULES);
    expect(trip(NOON + 14 * HOUR - 1)).toMatchObject({ response: 'trouble', at: NOON + 4 * HOUR });
    expect(trip(NOON + 14 * HOUR)).toBeNull();
    expect(venueErrorsTrip([NOON, NOON], NOON, HOUR, RULES)).toBeNull();
    expect(venueErrorsTrip([NOON, NOON, NOON], NOON, HOUR, RULES)?.text).toBe(
      '3 errors of the venue within 12 candles: the CEO acts at 3',
    );
  });

  it('reports books that have differed for as long as it may last, not one candle earlier', () => {
    let state = stateWith();
    for (let hour = 0; hour <= 12; hour += 1) {
      state = reportTrouble(state, 'venue-differs', 'cash: 1 in the ledger, 2 at the venue', NOON + hour * HOUR);
      expect(venueDiffersTrip(state, NOON + hour * HOUR, HOUR, RULES) !== null).toBe(hour === 12);
    }
    const trip = venueDiffersTrip(state, NOON + 12 * HOUR, HOUR, RULES);
    expect(trip?.text).toContain('differed since 2025-01-08 12:00 UTC, for 12 candles');
    expect(trip?.text).toContain('cash: 1 in the ledger, 2 at the venue');
    expect(venueDiffersTrip(reportGoodCandle(state, NOON + 13 * HOUR), NOON + 13 * HOUR, HOUR, RULES)).toBeNull();
  });
});

it('a feed is stale when its last candle is older than the limit', () => {
  const stale = (candles: number) => staleFeedTrip(NOON + candles * HOUR, NOON, HOUR, LIMITS);
  expect(stale(3)).toBeNull();
  expect(stale(3.1)).toMatchObject({ response: 'trouble' });
  expect(stale(4)?.text).toBe('the last candle closed at 2025-01-08 12:00 UTC, 4.0 candles ago: the limit is 3');
});

const crash = (hour: number, response: Response = 'reduce'): Trip => ({
  breaker: 'market-crash',
  response,
  text: 'AAA-USD fell',
  at: NOON + hour * HOUR,
});

/** What the CEO does on the candle of each hour. */
const watch = (state: RiskState, hour: number, ...found: Trip[]) =>
  applyTrips(state, BREAKERS, found, NOON + hour * HOUR);
const byOperator = (state: RiskState, target: RiskState['tradingState']) =>
  requestTradingState(state, target, 'operator', 'so I wish', NOON).state;

describe('the CEO acts on an open breaker', () => {
  it('once: the same job twice changes nothing more and reports the same', () => {
    const first = watch(stateWith(), 1, crash(1));
    expect(first.state).toMatchObject({
      tradingState: 'REDUCING',
      stateSetBy: 'ceo',
      stateReason: 'market-crash: AAA-USD fell',
      entryEpoch: 1,
      version: 2,
    });
    const second = watch(first.state, 1, crash(1));
    expect(second.state).toBe(first.state);
    expect(second.acted).toEqual(first.acted);
  });

  it('and lifts what it set three candles after the breaker has closed', () => {
    let { state } = watch(stateWith(), 1, crash(1));
    for (const hour of [2, 2, 3]) ({ state } = watch(state, hour));
    expect(state.tradingState).toBe('REDUCING');
    // It opens again: the count begins anew.
    ({ state } = watch(state, 4, crash(4)));
    for (const hour of [5, 6]) ({ state } = watch(state, hour));
    expect(state.tradingState).toBe('REDUCING');
    ({ state } = watch(state, 7));
    expect(state).toMatchObject({ tradingState: 'ACTIVE', stateSetBy: 'ceo', standingTrips: [] });
    expect(watch(state, 8).state).toBe(state);
  });

  it('with a stronger response when it gets worse, from any state', () => {
    for (const tradingState of TRADING_STATES) {
      const before = { ...watch(stateWith(), 1, crash(1)).state, tradingState };
      const { state } = watch(before, 2, crash(2, 'flatten'));
      expect(state.flatten).toMatchObject({ id: `ceo.market-crash.t${NOON + HOUR}`, by: 'ceo' });
      expect(state.tradingState).toBe(tradingState === 'HALTED' ? 'HALTED' : 'REDUCING');
      // Only a person resumes after a flatten.
      const later = [3, 4, 5, 6].reduce((current, hour) => watch(current, hour).state, state);
      expect(later.tradingState).toBe(state.tradingState);
    }
  });

  it.each(['REDUCING', 'HALTED'] as const)("an operator's %s stays, and stays the operator's", (target) => {
    const mine = byOperator(stateWith(), target);
    let { state, acted } = watch(mine, 1, crash(1));
    expect(acted).toHaveLength(1);
    for (const hour of [2, 3, 4]) ({ state, acted } = watch(state, hour));
    expect(state).toMatchObject({ tradingState: target, stateSetBy: 'operator', stateReason: 'so I wish' });
  });

  it('a REDUCING of the CEO that an operator confirmed is not lifted', () => {
    let state = byOperator(watch(stateWith(), 1, crash(1)).state, 'REDUCING');
    for (const hour of [2, 3, 4, 5]) ({ state } = watch(state, hour));
    expect(state).toMatchObject({ tradingState: 'REDUCING', stateSetBy: 'operator' });
  });

  it('does not reduce again what an operator has resumed, until it gets worse or opens anew', () => {
    const resumed = byOperator(watch(stateWith(), 1, crash(1)).state, 'ACTIVE');
    const known = watch(resumed, 2, crash(2));
    expect(known.acted).toEqual([]);
    expect(known.state.tradingState).toBe('ACTIVE');
    expect(watch(known.state, 3, crash(3, 'flatten')).state.flatten).toBeDefined();
    const closed = [3, 4, 5].reduce((current, hour) => watch(current, hour).state, known.state);
    expect(watch(closed, 6, crash(6)).state.tradingState).toBe('REDUCING');
  });

  it('reduces again when a limit ends while the breaker is open', () => {
    const { state } = watch(stateWith(), 1, crash(1));
    const lifted: RiskState = { ...state, tradingState: 'ACTIVE', stateSetBy: 'risk-limit' };
    expect(watch(lifted, 2, crash(2)).state).toMatchObject({ tradingState: 'REDUCING', entryEpoch: 2 });
  });

  it('keeps REDUCING while another breaker is open that this check does not examine', () => {
    const silent: Trip = { breaker: 'silent-agents', response: 'reduce', text: 'no heartbeat of trader', at: NOON };
    const { state } = watch(stateWith(), 1, crash(1));
    const both = applyTrips(state, ['silent-agents'], [silent], NOON + HOUR).state;
    const heard = applyTrips(both, ['silent-agents'], [], NOON + HOUR).state;
    expect(heard).toMatchObject({ tradingState: 'REDUCING', standingTrips: [{ breaker: 'market-crash' }] });
  });

  it('lifts what an earlier version set for a silent agent', () => {
    const earlier = stateWith({ tradingState: 'REDUCING', stateSetBy: 'ceo', stateReason: 'silent desk: trader' });
    expect(applyTrips(earlier, ['silent-agents'], [], NOON).state.tradingState).toBe('ACTIVE');
    const other = stateWith({ tradingState: 'REDUCING', stateSetBy: 'ceo', stateReason: 'my own view' });
    expect(applyTrips(other, ['silent-agents'], [], NOON).state).toBe(other);
  });
});

describe('trouble that the CEO reports', () => {
  const errors = (hour: number): Trip => ({
    breaker: 'venue-errors',
    response: 'trouble',
    text: '3 errors',
    at: NOON + hour * HOUR,
  });

  it('lifts itself after three candles in time, and only a new error reduces again', () => {
    let { state } = watch(stateWith(), 1, errors(1));
    expect(state).toMatchObject({ tradingState: 'REDUCING', stateSetBy: 'trouble' });
    for (const hour of [2, 3, 4]) {
      state = reportGoodCandle(state, NOON + hour * HOUR);
      ({ state } = watch(state, hour, errors(1)));
    }
    expect(state.tradingState).toBe('ACTIVE');
    const again = watch(byOperator(state, 'ACTIVE'), 5, errors(5));
    expect(again.state.tradingState).toBe('REDUCING');
    expect(again.acted).toHaveLength(1);
  });

  it('gives way to a crash, which lasts longer than three candles', () => {
    let { state } = watch(stateWith(), 1, errors(1));
    ({ state } = watch(state, 2, errors(1), crash(2)));
    for (const hour of [2, 3, 4, 5]) state = reportGoodCandle(state, NOON + hour * HOUR);
    expect(state).toMatchObject({ tradingState: 'REDUCING', stateSetBy: 'ceo' });
  });
});
