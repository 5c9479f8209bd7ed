import { type Intent } from '../../src/domain/risk/intent.ts';
import { type Verdict } from '../../src/domain/risk/verdict.ts';

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
