/** One reason of a verdict: a stable code and a sentence with the numbers. */
export interface VerdictReason {
  readonly code: string;
  readonly text: string;
}

export interface Verdict {
  readonly intentId: string;
  readonly decision: 'approve' | 'reduce' | 'veto';
  /** Base units allowed; 0 when vetoed. */
  readonly amount: number;
  readonly reasons: readonly VerdictReason[];
  /** The verdict as a sentence; absent in rows of earlier versions. */
  readonly text?: string;
}
