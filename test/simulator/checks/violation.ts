/** A broken promise: the rule of docs/money-rules.md, and what was seen. */
export interface Violation {
  readonly rule: string;
  readonly text: string;
  /** Candle of the plan. */
  readonly candle: number;
}
