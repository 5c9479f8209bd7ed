import { plain, utc } from './figures.ts';
import { type Intent } from './intent.ts';
import { type Verdict, type VerdictReason } from './verdict.ts';

/** Of a size that other reasons have reduced before. */
const ENDS_A_SIZE: readonly string[] = ['useless-entry', 'below-minimum'];

/** The reason that decided comes first: the last cut of a size, the first objection otherwise. */
function decidingFirst({ decision, reasons }: Verdict): readonly VerdictReason[] {
  const last = reasons.at(-1);
  const isLast = decision === 'reduce' || (last !== undefined && ENDS_A_SIZE.includes(last.code));
  return isLast ? reasons.toReversed() : reasons;
}

/**
 * One sentence for people: decision, purpose, side, amount, market, market time of the decision, and the reasons.
 * @param asked base units that the intent asks for; null when nobody can tell
 */
export function verdictText(intent: Intent, verdict: Verdict, asked: number | null): string {
  const { decision, amount } = verdict;
  const { purpose, side, symbol, asOf, requestedFraction } = intent;
  const wanted = asked === null ? `for a share of ${requestedFraction}` : plain(asked);
  const size =
    decision === 'approve' ? plain(amount) : decision === 'reduce' ? `${plain(amount)} of ${wanted}` : wanted;
  const why = decidingFirst(verdict).map(({ text }) => text);
  return `${decision} ${purpose}: ${side} ${size} ${symbol} at ${utc(asOf)}: ${why.join('; ')}`;
}
