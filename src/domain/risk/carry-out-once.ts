import { type RiskState } from './risk-state.ts';
import { type StateAnswer } from './state-request.ts';

/** More requests than can be under way at once. */
const REMEMBERED = 32;

/**
 * Carries out a request for a trading state once, however often and however late its job runs. A process that was frozen
 * in the middle of a resumption must not resume again what a person has halted meanwhile.
 * @param id of the request's job
 */
export function carryOutOnce(state: RiskState, id: string, step: (state: RiskState) => StateAnswer): StateAnswer {
  const before = state.carriedOut ?? [];
  if (before.includes(id)) {
    const explanation = `request ${id} was carried out before; trading is ${state.tradingState}`;
    return { state, changed: false, explanation };
  }
  const answer = step(state);
  const carriedOut = [...before, id].slice(-REMEMBERED);
  return { ...answer, state: { ...answer.state, version: state.version + 1, carriedOut } };
}
