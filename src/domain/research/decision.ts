export const DECISION_STAGES = ['screen', 'select'] as const;
/** `screen`: in sample, before optimisation; `select`: out of sample, after it. */
export type DecisionStage = (typeof DECISION_STAGES)[number];

/** Decision on a strategy in a cycle on one market, with its reason. Unique by cycle, strategy, symbol and stage. */
export interface Decision {
  readonly cycleId: string;
  readonly strategyHash: string;
  readonly symbol: string;
  readonly stage: DecisionStage;
  readonly decision: 'rejected' | 'candidate' | 'incubating' | 'active';
  readonly reason: string;
  readonly probabilisticSharpe: number | null;
  readonly deflatedSharpe: number | null;
}
