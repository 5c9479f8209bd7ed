import { type Timeframe } from '../../../src/domain/market/timeframe.ts';
import { type Holding } from '../../../src/domain/portfolio/holding.ts';
import { type Strategy } from '../../../src/domain/strategies/strategy.ts';
import { type PlannedStrategy } from '../plan/plan.ts';
import { incubationAccount } from '../../../src/domain/portfolio/accounts.ts';
import { ACCOUNT } from './simulation.ts';

export const accountOf = ({ hash, incubates = false }: PlannedStrategy): string =>
  incubates ? incubationAccount(ACCOUNT, hash) : ACCOUNT;

export const strategyOf = ({ hash, spec, symbol, incubates = false }: PlannedStrategy): Strategy => ({
  hash,
  name: hash.slice(0, 9),
  family: spec.family,
  parameters: {},
  spec,
  origin: 'template',
  state: incubates ? 'incubating' : 'active',
  stateReason: 'planned',
  account: ACCOUNT,
  symbol,
  createdAt: 0,
  updatedAt: 0,
});

export const holdingOf = (planned: PlannedStrategy, timeframe: Timeframe, rank: number): Holding => ({
  account: accountOf(planned),
  ...(planned.incubates === true && { incubationOf: ACCOUNT }),
  strategyHash: planned.hash,
  symbol: planned.symbol,
  timeframe,
  state: planned.incubates === true ? 'incubating' : 'active',
  reason: 'planned',
  rank,
  cycleId: 'planned',
  outOfSample: {} as Holding['outOfSample'],
  updatedAt: 0,
});
