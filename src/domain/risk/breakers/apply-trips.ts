import { enterState } from '../enter-state.ts';
import { type RiskState } from '../risk-state.ts';
import { requestFlatten } from '../state-request.ts';
import { reportTrouble } from '../trouble.ts';
import { type Breaker, RESPONSES, type StandingTrip, type Trip } from './breaker.ts';

/** Candles for which a breaker of the market must be closed before entries go on. */
const CANDLES_TO_CLOSE = 3;
const CLOSES_SLOWLY: readonly Breaker[] = ['peak-drawdown', 'market-crash'];
/** Reasons that earlier versions wrote, without a mark that the state lifts itself. */
const EARLIER_REASONS = ['silent agent', 'silent desk'];

const strength = ({ response }: Pick<Trip, 'response'>): number => RESPONSES.indexOf(response);

/** The standing trip after one more candle without it; null when the breaker has closed. */
function calmer(standing: StandingTrip, now: number): StandingTrip | null {
  if (!CLOSES_SLOWLY.includes(standing.breaker)) return null;
  const { candles, lastTime } = standing.calm ?? { candles: 0, lastTime: standing.actedAt };
  if (now <= lastTime) return standing;
  return candles + 1 >= CANDLES_TO_CLOSE ? null : { ...standing, calm: { candles: candles + 1, lastTime: now } };
}

/** The trading state after a response. A response that is in force already changes nothing. */
function respond(state: RiskState, { breaker, response, text, at }: Trip, since: number, now: number): RiskState {
  const reason = `${breaker}: ${text}`;
  if (response === 'flatten') {
    if (state.flatten) return state;
    return requestFlatten(state, { id: `ceo.${breaker}.t${since}`, by: 'ceo', reason, halt: false }, now).state;
  }
  if (response === 'trouble') {
    return breaker === 'venue-errors' || breaker === 'stale-feed' ? reportTrouble(state, breaker, text, at) : state;
  }
  if (state.tradingState !== 'ACTIVE' && state.stateSetBy !== 'trouble') return state;
  return { ...enterState(state, 'REDUCING', 'ceo', reason), liftsWithBreakers: true };
}

/** One trip: the state that it leads to, what stands afterwards, and whether an operator has resumed knowing of it. */
function applyTrip(
  state: RiskState,
  trip: Trip,
  before: StandingTrip | undefined,
  now: number,
): { readonly state: RiskState; readonly standing: StandingTrip; readonly isWaived: boolean } {
  const isStronger = before === undefined || strength(trip) > strength(before);
  // A trouble lifts itself, so only a new event acts again; the others hold their state until they close.
  const isNews = isStronger || (trip.response === 'trouble' ? trip.at > before.actedAt : before.waived !== true);
  const isWaived = !isNews && before?.waived === true;
  const standing: StandingTrip = {
    breaker: trip.breaker,
    response: isStronger ? trip.response : before.response,
    since: before?.since ?? now,
    actedAt: trip.at,
    ...(isWaived && { waived: true }),
  };
  return { state: isNews ? respond(state, trip, standing.since, now) : state, standing, isWaived };
}

/** A REDUCING of the CEO that ends when no breaker is open. */
const liftsItself = ({ tradingState, stateSetBy, stateReason, liftsWithBreakers, flatten }: RiskState): boolean =>
  tradingState === 'REDUCING' &&
  stateSetBy === 'ceo' &&
  flatten === undefined &&
  (liftsWithBreakers === true || EARLIER_REASONS.some((reason) => stateReason.startsWith(reason)));

export interface TripsAnswer {
  readonly state: RiskState;
  /** Trips that are the CEO's to report; the same ones when the same job runs twice. */
  readonly acted: readonly Trip[];
}

/**
 * Acts on the breakers of `examined` that are open (`found`), and lifts what the CEO has set for breakers that have closed.
 * What stands is kept in the risk state, in the same write as the state that it led to. A state of an operator or a limit is
 * never loosened; after an operator has resumed, only a stronger response acts again.
 * @param now market time, epoch ms
 */
export function applyTrips(
  state: RiskState,
  examined: readonly Breaker[],
  found: readonly Trip[],
  now: number,
): TripsAnswer {
  const before = state.standingTrips ?? [];
  const acted: Trip[] = [];
  let next = state;
  const after: StandingTrip[] = before.filter(({ breaker }) => !examined.includes(breaker));
  for (const breaker of examined) {
    const known = before.find((standing) => standing.breaker === breaker);
    const trip = found.find((candidate) => candidate.breaker === breaker);
    if (!trip) {
      const left = known && calmer(known, now);
      if (left) after.push(left);
      continue;
    }
    const applied = applyTrip(next, trip, known, now);
    next = applied.state;
    after.push(applied.standing);
    if (!applied.isWaived) acted.push(trip);
  }
  if (liftsItself(next) && !after.some((standing) => strength(standing) > 0)) {
    next = enterState(next, 'ACTIVE', 'ceo', 'every circuit breaker is closed again');
  }
  after.sort((a, b) => (a.breaker < b.breaker ? -1 : 1));
  const isSame = JSON.stringify(after) === JSON.stringify(before);
  if (next === state && isSame) return { state, acted };
  return { state: { ...next, version: state.version + 1, standingTrips: after }, acted };
}
