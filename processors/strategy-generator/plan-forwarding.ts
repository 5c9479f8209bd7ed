import { type Timeframe } from '../../src/domain/market/timeframe.ts';
import { type ForwardedUnit } from '../../src/ports/fleet/forwarding.ts';
import { searchParams, type SearchedMarket, type SearchSize } from '../../src/domain/fleet/search-params.ts';
import { type Cycle } from '../../src/domain/research/cycle.ts';

/** A market that remote workers have candles of. */
export interface ForwardedMarket extends SearchedMarket {
  /** Timeframe of those candles. Strategies found on it are judged on the same one. */
  readonly timeframe: Timeframe;
}

export interface ForwardingPlan extends SearchSize {
  readonly markets: Readonly<Record<string, ForwardedMarket>>;
  readonly unitsPerMarket: number;
  readonly replicas: number;
  readonly deadlineMs: number;
}

/**
 * Plans the searches of a cycle for remote workers. Unit ids are functions of the cycle, so planning again gives the same
 * units.
 */
export function planForwarding(
  { id: cycleId, timeframe }: Pick<Cycle, 'id' | 'timeframe'>,
  symbol: string,
  plan: ForwardingPlan,
  now: number,
): readonly ForwardedUnit[] {
  const market = Object.hasOwn(plan.markets, symbol) ? plan.markets[symbol] : undefined;
  if (market?.timeframe !== timeframe) return [];
  const params = searchParams(market, plan);
  return Array.from({ length: plan.unitsPerMarket }, (_, i): ForwardedUnit => {
    const id = `${cycleId}.forward.${symbol}.u${i}`;
    const order = { key: id, kind: 'genetic', params, replicas: plan.replicas } as const;
    return plannedUnit({ id, cycleId, symbol, timeframe, order, plannedAt: now, deadlineAt: now + plan.deadlineMs });
  });
}

export type UnitPlan = Pick<
  ForwardedUnit,
  'id' | 'cycleId' | 'symbol' | 'timeframe' | 'order' | 'plannedAt' | 'deadlineAt'
>;

/** A new unit in state `planned`. */
export function plannedUnit(plan: UnitPlan): ForwardedUnit {
  return {
    ...plan,
    state: 'planned',
    reason: '',
    bookmark: null,
    remoteId: null,
    settledAt: 0,
    attempts: 0,
    mayExist: false,
    endedAt: null,
    doneBy: 'nobody',
    reports: [],
    version: 1,
  };
}
