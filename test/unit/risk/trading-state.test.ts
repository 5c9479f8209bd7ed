import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { currentStance } from '../../../src/domain/risk/current-stance.ts';
import { macroStance } from '../../../src/domain/risk/macro-stance.ts';
import { entryBarredBy } from '../../../src/domain/risk/enter-state.ts';
import { finishFlatten, requestFlatten, requestTradingState } from '../../../src/domain/risk/state-request.ts';
import { reportGoodCandle, reportTrouble } from '../../../src/domain/risk/trouble.ts';
import { nextRiskState, weekStartOf } from '../../../src/domain/risk/trading-state.ts';
import { type RiskState, TRADING_STATES } from '../../../src/domain/risk/risk-state.ts';
import { LIMITS } from '../../fixtures/risk-limits.ts';
import { DAY, HOUR, NOON, stateWith } from './fixtures.ts';

const MIDNIGHT = NOON + 12 * HOUR;
const MONDAY = Date.UTC(2025, 0, 13);
const point = (time: number, equity: number) => ({ account: 'paper', time, equity, cash: equity, exposure: 0 });
const follow = (state: RiskState, ...points: [time: number, equity: number][]) =>
  points.reduce((current, [time, equity]) => nextRiskState(current, point(time, equity), LIMITS).state, state);

describe('the risk state follows equity', () => {
  it('begins a day at midnight UTC and a week on Monday', () => {
    const state = follow(stateWith(), [MIDNIGHT - 1, 101_000]);
    expect(state).toMatchObject({ dayStartEquity: 100_000, peakEquity: 101_000 });
    expect(follow(state, [MIDNIGHT, 102_000])).toMatchObject({
      dayStart: MIDNIGHT,
      dayStartEquity: 101_000,
      weekStartEquity: 100_000,
    });
    expect(follow(state, [MONDAY, 102_000])).toMatchObject({ weekStart: MONDAY, weekStartEquity: 101_000 });
    for (let day = 0; day < 7; day += 1) expect(weekStartOf(MONDAY + day * DAY + 12 * HOUR)).toBe(MONDAY);
    expect(weekStartOf(MONDAY - 1)).toBe(MONDAY - 7 * DAY);
    expect(weekStartOf(0)).toBe(-3 * DAY);
  });

  it('a daily breach reduces until the next UTC day, even when equity recovers', () => {
    const { state, breaches } = nextRiskState(stateWith(), point(NOON + HOUR, 95_000), LIMITS);
    expect(breaches.map(({ code }) => code)).toEqual(['daily-drawdown']);
    expect(state).toMatchObject({ tradingState: 'REDUCING', stateSetBy: 'risk-limit', liftsAt: MIDNIGHT });
    expect(state.stateReason).toBe(
      'equity 95000.00 is 5.00 % below 100000.00 at the start of the day: the limit is 5.00 %; only closing orders until 2025-01-09 00:00 UTC',
    );
    expect(follow(state, [NOON + 2 * HOUR, 100_000]).tradingState).toBe('REDUCING');
    const lifted = follow(state, [MIDNIGHT, 95_000]);
    expect(lifted).toMatchObject({ tradingState: 'ACTIVE', dayStartEquity: 95_000 });
    expect(lifted).not.toHaveProperty('liftsAt');
  });

  it('a weekly breach reduces until Monday', () => {
    const slow = follow(
      stateWith(),
      [NOON + HOUR, 96_000],
      [MIDNIGHT, 96_000],
      [MIDNIGHT + HOUR, 92_000],
      [MIDNIGHT + DAY, 90_000],
    );
    expect(slow).toMatchObject({ tradingState: 'REDUCING', liftsAt: MONDAY });
    expect(follow(slow, [MONDAY - 1, 99_000]).tradingState).toBe('REDUCING');
    expect(follow(slow, [MONDAY, 99_000]).tradingState).toBe('ACTIVE');
  });

  it('a peak breach halts until an operator resumes, which starts a new peak', () => {
    const halted = follow(stateWith({ peakEquity: 112_000 }), [NOON + HOUR, 95_200]);
    expect(halted).toMatchObject({ tradingState: 'HALTED', stateSetBy: 'risk-limit' });
    expect(follow(halted, [MONDAY + 30 * DAY, 112_000]).tradingState).toBe('HALTED');
    expect(requestTradingState(halted, 'ACTIVE', 'ceo', 'regime is fine', NOON).changed).toBe(false);
    const resumed = requestTradingState(halted, 'ACTIVE', 'operator', 'seen', NOON + 2 * HOUR).state;
    expect(follow(resumed, [NOON + 3 * HOUR, 96_000])).toMatchObject({ tradingState: 'ACTIVE', peakEquity: 96_000 });
  });

  it('never loosens a state set by an operator, and ignores older points', () => {
    const byOperator = stateWith({ tradingState: 'REDUCING', stateSetBy: 'operator', stateReason: 'holiday' });
    expect(follow(byOperator, [NOON + HOUR, 94_000], [MONDAY, 94_000])).toMatchObject({
      tradingState: 'REDUCING',
      stateSetBy: 'operator',
    });
    const state = stateWith();
    expect(nextRiskState(state, point(NOON - 1, 1), LIMITS)).toEqual({ state, breaches: [] });
  });

  it('for any equity: peak is the maximum, a peak breach always halts, HALTED stays', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.integer({ min: 0, max: 3 * DAY }), fc.integer({ min: 60_000, max: 140_000 })), {
          maxLength: 40,
        }),
        (steps) => {
          let state = stateWith();
          let time = NOON;
          let peak = state.peakEquity;
          for (const [gap, equity] of steps) {
            time += gap;
            const before = state.tradingState;
            const next = nextRiskState(state, point(time, equity), LIMITS);
            state = next.state;
            peak = Math.max(peak, equity);
            expect(state.peakEquity).toBe(peak);
            if (before === 'HALTED' || equity <= peak * 0.85 * (1 - 1e-12)) expect(state.tradingState).toBe('HALTED');
            if (next.breaches.length > 0) expect(state.tradingState).not.toBe('ACTIVE');
          }
        },
      ),
    );
  });
});

describe('who may set the trading state', () => {
  const states = TRADING_STATES.flatMap((from) =>
    (['operator', 'ceo', 'risk-limit', 'start'] as const).map((owner) => [from, owner] as const),
  );

  it.each(states)('the operator may go anywhere from %s set by %s', (tradingState, stateSetBy) => {
    for (const target of TRADING_STATES) {
      const { state } = requestTradingState(
        stateWith({ tradingState, stateSetBy }),
        target,
        'operator',
        'so I wish',
        NOON,
      );
      expect(state).toMatchObject({ tradingState: target, stateSetBy: 'operator' });
    }
  });

  it.each(states)(
    'the CEO may tighten from %s set by %s, and loosen only its own states',
    (tradingState, stateSetBy) => {
      const foreign = stateSetBy === 'operator' || stateSetBy === 'risk-limit';
      for (const target of TRADING_STATES) {
        const before = stateWith({ tradingState, stateSetBy });
        const { state, changed } = requestTradingState(before, target, 'ceo', 'storm', NOON);
        const direction = TRADING_STATES.indexOf(target) - TRADING_STATES.indexOf(tradingState);
        expect(changed).toBe(direction > 0 || (direction < 0 && !foreign));
        expect(state.tradingState).toBe(changed ? target : tradingState);
      }
    },
  );

  it('a state that the CEO tightens over an operator still belongs to the operator', () => {
    const reduced = stateWith({ tradingState: 'REDUCING', stateSetBy: 'operator', stateReason: 'holiday' });
    const halted = requestTradingState(reduced, 'HALTED', 'ceo', 'silent agent', NOON).state;
    expect(halted).toMatchObject({
      tradingState: 'HALTED',
      stateSetBy: 'operator',
      stateReason: 'silent agent (tightened over: holiday)',
    });
    expect(requestTradingState(halted, 'REDUCING', 'ceo', 'back', NOON).explanation).toContain('an operator set it');
  });

  it('an operator who repeats a CEO halt becomes its owner; repeating an own halt changes nothing', () => {
    const byCeo = stateWith({ tradingState: 'HALTED', stateSetBy: 'ceo' });
    const mine = requestTradingState(byCeo, 'HALTED', 'operator', 'mine', NOON);
    expect(mine).toMatchObject({ changed: true, state: { stateSetBy: 'operator', version: 2 } });
    expect(requestTradingState(mine.state, 'HALTED', 'operator', 'again', NOON)).toMatchObject({
      changed: false,
      state: mine.state,
    });
  });
});

describe('macro stance', () => {
  const results = { equity: 100_000, closedTrades: 0, pnl: 0 };

  it('is offensive in calm uptrends, defensive in stormy markets, balanced without analyses', () => {
    expect(macroStance(['trending-up', 'calm'], stateWith(), results, LIMITS)).toMatchObject({
      riskBudget: 0.95,
      stance: 'offensive',
    });
    expect(macroStance(['stormy', 'stormy', 'trending-down'], stateWith(), results, LIMITS)).toMatchObject({
      riskBudget: 0.37,
      stance: 'defensive',
    });
    expect(macroStance([], stateWith(), results, LIMITS)).toMatchObject({ riskBudget: 0.5, stance: 'balanced' });
  });

  it('shrinks with the drawdown, halves while trades lose, and gives reasons', () => {
    const shrunk = macroStance(
      ['trending-up'],
      stateWith({ peakEquity: 100_000 }),
      { equity: 92_500, closedTrades: 12, pnl: -500 },
      LIMITS,
    );
    expect(shrunk).toEqual({
      riskBudget: 0.25,
      stance: 'defensive',
      reasons: [
        '1 trending-up: appetite 100.00 %',
        '7.50 % below the peak of a limit of 15.00 %: x 50.00 %',
        'the last 12 trades lost 500.00: x 50.00 %',
      ],
    });
    expect(macroStance(['trending-up'], stateWith(), { ...results, equity: 80_000 }, LIMITS).riskBudget).toBe(0);
  });

  it('leaves entries that are not vetoed as too small, until the limit is reached', () => {
    const at = (equity: number) =>
      macroStance(['trending-up'], stateWith({ peakEquity: 100_000 }), { equity, closedTrades: 12, pnl: -500 }, LIMITS);
    expect(at(87_000)).toMatchObject({ riskBudget: LIMITS.minEntryShare, stance: 'defensive' });
    expect(at(87_000).reasons.at(-1)).toBe('not below 25.00 %, the smallest entry that is not vetoed');
    expect(at(85_001).riskBudget).toBe(LIMITS.minEntryShare);
    expect(at(85_000).riskBudget).toBe(0);
  });

  it('is never older than the state: it stands aside as long as trading is not ACTIVE', () => {
    const state = stateWith({ stance: 'offensive: 2 calm' });
    expect(currentStance(state)).toBe('offensive: 2 calm');
    const halted = requestTradingState(state, 'HALTED', 'operator', 'a drill', NOON).state;
    expect(currentStance(halted)).toBe('stand-aside: trading is HALTED: a drill');
    const resumed = requestTradingState(halted, 'ACTIVE', 'operator', 'over', NOON).state;
    expect(currentStance(resumed)).toBe('offensive: 2 calm');
  });
});

/** M6: drawdown counts from the last equity before the day or week began. */
describe('regression M6', () => {
  it('a crash in the first candle of a day was invisible', () => {
    const state = follow(stateWith(), [MIDNIGHT - HOUR, 100_000], [MIDNIGHT, 94_000]);
    expect(state).toMatchObject({ tradingState: 'REDUCING', stateSetBy: 'risk-limit', dayStartEquity: 100_000 });
  });

  it('on daily candles a loss of 9 % in a day stayed ACTIVE', () => {
    const day = MIDNIGHT - DAY;
    const state = follow(stateWith({ updatedAt: day }), [day, 100_000], [day + DAY, 91_000]);
    expect(state).toMatchObject({ tradingState: 'REDUCING', stateSetBy: 'risk-limit' });
  });

  it('a crash in the first candle of a week was invisible', () => {
    const limits = { ...LIMITS, maxDailyDrawdown: 0.5 };
    const before = follow(stateWith(), [MONDAY - HOUR, 100_000]);
    const { breaches } = nextRiskState(before, point(MONDAY, 89_000), limits);
    expect(breaches.map(({ code }) => code)).toEqual(['weekly-drawdown']);
  });

  it('the equity before a pause counts when the company comes back days later', () => {
    const state = follow(stateWith(), [NOON + HOUR, 100_000], [NOON + 5 * DAY, 94_000]);
    expect(state.dayStartEquity).toBe(100_000);
    expect(state.tradingState).toBe('REDUCING');
  });
});

/** M15: a person's word stands. */
describe('regression M15', () => {
  const halted = () => follow(stateWith({ peakEquity: 112_000 }), [NOON + HOUR, 95_200]);
  const ask = (state: RiskState, target: 'ACTIVE' | 'REDUCING' | 'HALTED', by: 'operator' | 'ceo' = 'operator') =>
    requestTradingState(state, target, by, 'so I wish', NOON + HOUR).state;

  it('a confirmed halt could not be resumed', () => {
    const confirmed = ask(halted(), 'HALTED');
    expect(confirmed.stateSetBy).toBe('operator');
    const resumed = ask(follow(confirmed, [NOON + 2 * HOUR, 95_500]), 'ACTIVE');
    expect(follow(resumed, [NOON + 3 * HOUR, 95_500])).toMatchObject({ tradingState: 'ACTIVE', peakEquity: 95_500 });
  });

  it('`reduce` after a peak halt wiped the peak before anything was closed', () => {
    const reduced = ask(halted(), 'REDUCING');
    expect(reduced.peakEquity).toBe(112_000);
    const later = follow(reduced, [NOON + 2 * HOUR, 95_500]);
    expect(later).toMatchObject({ tradingState: 'REDUCING', stateSetBy: 'operator', peakEquity: 112_000 });
    const resumed = follow(ask(later, 'ACTIVE'), [NOON + 3 * HOUR, 95_500]);
    expect(resumed).toMatchObject({ tradingState: 'ACTIVE', peakEquity: 95_500 });
    // Once: the limit acts again from the new peak.
    expect(follow(resumed, [NOON + 4 * HOUR, 80_000]).tradingState).toBe('HALTED');
  });

  it('a halt by an operator keeps the peak when it is lifted', () => {
    const state = ask(ask(stateWith({ peakEquity: 112_000 }), 'HALTED'), 'ACTIVE');
    expect(state.peakEquity).toBe(112_000);
  });

  it('neither the CEO nor a limit that ends lifts what a flatten has set', () => {
    const order = { id: 'f', by: 'ceo', reason: 'storm', halt: false } as const;
    const flattened = requestFlatten(stateWith(), order, NOON).state;
    expect(ask(flattened, 'ACTIVE', 'ceo')).toBe(flattened);
    const next = follow(flattened, [NOON + HOUR, 94_000], [MIDNIGHT, 94_000], [MONDAY, 94_000]);
    expect(next.tradingState).toBe('REDUCING');
    expect(requestFlatten(flattened, order, NOON + HOUR).changed).toBe(false);
  });
});

describe('a flatten', () => {
  const order = { id: 'f', by: 'operator', reason: 'out', halt: false } as const;

  it.each(TRADING_STATES)('works from %s and voids approvals of entries', (tradingState) => {
    const before = stateWith({ tradingState });
    const { state } = requestFlatten(before, order, NOON);
    expect(state.tradingState).toBe(tradingState === 'HALTED' ? 'HALTED' : 'REDUCING');
    expect(requestFlatten(before, { ...order, halt: true }, NOON).state.tradingState).toBe('HALTED');
    expect(entryBarredBy(state, 0)).not.toBeNull();
    const resumed = requestTradingState(state, 'ACTIVE', 'operator', 'over', NOON).state;
    expect(resumed).not.toHaveProperty('flatten');
    if (tradingState === 'ACTIVE') expect(entryBarredBy(resumed, 0)).toContain('voids it');
    expect(entryBarredBy(resumed, resumed.entryEpoch ?? 0)).toBeNull();
  });

  it('is done once', () => {
    const { state } = requestFlatten(stateWith(), order, NOON);
    const done = finishFlatten(state, NOON + HOUR);
    expect(done.flatten).toMatchObject({ id: 'f', doneAt: NOON + HOUR });
    expect(finishFlatten(done, NOON + 2 * HOUR)).toBe(done);
  });
});

describe('trouble with venue or feed', () => {
  const troubled = reportTrouble(stateWith(), 'venue-errors', 'five requests failed', NOON);
  const good = (state: RiskState, ...candles: number[]) => candles.reduce(reportGoodCandle, state);

  it('reduces, and lifts itself after three candles in time', () => {
    expect(troubled).toMatchObject({ tradingState: 'REDUCING', stateSetBy: 'trouble' });
    const two = good(troubled, NOON, NOON + HOUR, NOON + HOUR, NOON + 2 * HOUR);
    expect(two.tradingState).toBe('REDUCING');
    expect(good(reportTrouble(two, 'venue-errors', 'again', NOON + 3 * HOUR), NOON + 4 * HOUR).tradingState).toBe(
      'REDUCING',
    );
    const lifted = good(two, NOON + 3 * HOUR);
    expect(lifted).toMatchObject({ tradingState: 'ACTIVE', entryEpoch: 1 });
    expect(lifted).not.toHaveProperty('trouble');
  });

  it('never lifts a state that an operator set or confirmed', () => {
    const confirmed = requestTradingState(troubled, 'REDUCING', 'operator', 'mine', NOON).state;
    const later = good(confirmed, NOON + HOUR, NOON + 2 * HOUR, NOON + 3 * HOUR, NOON + 4 * HOUR);
    expect(later).toMatchObject({ tradingState: 'REDUCING', stateSetBy: 'operator' });
    const byOperator = stateWith({ tradingState: 'HALTED', stateSetBy: 'operator' });
    expect(reportTrouble(byOperator, 'stale-feed', 'no candle', NOON)).toBe(byOperator);
  });
});
