import { enterState } from './enter-state.ts';
import { type RiskState, type TroubleCause } from './risk-state.ts';

/** Candles without trouble after which a REDUCING for trouble lifts itself. */
const CANDLES_TO_LIFT = 3;

/**
 * Reduces trading while the feed or the venue does not work. A state that a person, a limit or the CEO has set stays
 * theirs. The count of good candles begins again.
 * @param time market time at which it was noticed, epoch ms
 */
export function reportTrouble(state: RiskState, cause: TroubleCause, text: string, time: number): RiskState {
  const lastTime = Math.max(time, state.trouble?.lastTime ?? 0);
  const since = state.trouble?.cause === cause ? (state.trouble.since ?? time) : time;
  const trouble = { cause, since, goodCandles: 0, lastTime };
  if (state.tradingState === 'ACTIVE') {
    const reduced = enterState(state, 'REDUCING', 'trouble', `${cause}: ${text}`);
    return { ...reduced, trouble, version: state.version + 1 };
  }
  if (state.stateSetBy !== 'trouble') return state;
  if (state.trouble?.goodCandles === 0 && state.trouble.lastTime >= time) return state;
  return { ...state, stateReason: `${cause}: ${text}`, trouble, version: state.version + 1 };
}

/** Counts the candles that closed at `time` and were settled; the third one after a trouble makes trading ACTIVE. */
export function reportGoodCandle(state: RiskState, time: number): RiskState {
  const { trouble } = state;
  if (!trouble || state.stateSetBy !== 'trouble' || time <= trouble.lastTime) return state;
  const goodCandles = trouble.goodCandles + 1;
  const version = state.version + 1;
  if (goodCandles < CANDLES_TO_LIFT) {
    return { ...state, version, trouble: { ...trouble, goodCandles, lastTime: time } };
  }
  return { ...enterState(state, 'ACTIVE', 'trouble', `${trouble.cause} is over`), version };
}
