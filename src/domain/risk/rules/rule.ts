import { type Intent } from '../intent.ts';
import { type RiskLimits } from '../limits.ts';
import { type ReviewContext } from '../review-context.ts';
import { type VerdictReason } from '../verdict.ts';

/** A check of an entry: the reason for a veto, or null. All checks run, so that a veto lists all reasons. */
export type EntryCheck = (intent: Intent, context: ReviewContext, limits: RiskLimits) => VerdictReason | null;

export const veto = (code: string, text: string): VerdictReason => ({ code, text });
