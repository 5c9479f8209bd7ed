import { type Timeframe } from '../../../src/domain/market/timeframe.ts';
import { type Holding } from '../../../src/domain/portfolio/holding.ts';
import { type Strategy } from '../../../src/domain/strategies/strategy.ts';
import { type PlannedStrategy } from '../plan/plan.ts';
import { ACCOUNT } from './simulation.ts';

export const strategyOf = ({ hash, spec, symbol }: PlannedStrategy): Strategy => ({
  hash,
  name: hash.slice(0, 9),
  family: spec.family,
  parameters: {},
  spec,
  origin: 'template',
  state: 'active',
  stateReason: 'planned',
  account: ACCOUNT,
  symbol,
  createdAt: 0,
  updatedAt: 0,
});

export const holdingOf = ({ hash, symbol }: PlannedStrategy, timeframe: Timeframe, rank: number): Holding => ({
  account: ACCOUNT,
  strategyHash: hash,
  symbol,
  timeframe,
  state: 'active',
  reason: 'planned',
  rank,
  cycleId: 'planned',
  outOfSample: {} as Holding['outOfSample'],
  updatedAt: 0,
});
