import { type Intent } from '../../src/domain/risk/intent.ts';
import { type Verdict } from '../../src/domain/risk/verdict.ts';
import { type Withheld } from './review-intents.ts';

/** What the audit record of a review keeps of each signal and its verdict: the chain then reaches from signal to fill. */
export function auditedVerdicts(intents: readonly Intent[], verdicts: readonly Verdict[]) {
  return verdicts.flatMap(({ intentId, decision, amount, reasons }) => {
    const intent = intents.find(({ id }) => id === intentId);
    if (!intent) return [];
    const { strategyHash, symbol, timeframe, side, purpose, asOf, referencePrice, because } = intent;
    const signal = { strategyHash, symbol, timeframe, side, purpose, asOf, referencePrice, because };
    return [{ intentId, signal, decision, amount, reasons: reasons.map(({ code, text }) => ({ code, text })) }];
  });
}

/** What the audit record keeps of accepted intents that got no approval in the end; nothing when there are none. */
export const auditedWithheld = (withheld: readonly Withheld[]) =>
  withheld.length === 0
    ? {}
    : {
        withheld: withheld.map(({ intentId, because }) => ({
          intentId,
          reasons: because.map(({ code, text }) => ({ code, text })),
        })),
      };
