/** Phases of a cycle, in their order. */
export const CYCLE_PHASES = [
  'scan',
  'analyze',
  'generate',
  'backtest',
  'optimize',
  'select',
  'review',
  'execute',
] as const;
export type CyclePhase = (typeof CYCLE_PHASES)[number];
