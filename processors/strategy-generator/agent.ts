import { setImmediate } from 'node:timers/promises';
import { type Regime } from '../../src/domain/analysis/analysis.ts';
import { type Market } from '../../src/domain/market/market.ts';
import { createRng, type Rng } from '../../src/domain/random/rng.ts';
import { walkForwardSplit } from '../../src/domain/research/split.ts';
import { buildSpec, randomParameters, templates } from '../../src/domain/strategies/families/families.ts';
import { type FamilyParameters } from '../../src/domain/strategies/families/parameter-range.ts';
import { hashSpec } from '../../src/domain/strategies/hash-spec.ts';
import { FAMILIES, type Family } from '../../src/domain/strategies/spec.ts';
import { type MarketData } from '../../src/ports/market-data.ts';
import { type Cycle } from '../../src/domain/research/cycle.ts';
import { type WorkUnit, cutIntoUnits } from '../../src/domain/research/work-unit.ts';
import { type Strategy, strategyOf } from '../../src/domain/strategies/strategy.ts';
import { type ForwardingStore } from '../../src/ports/fleet/forwarding.ts';
import { type Stores } from '../../src/ports/stores.ts';
import { defineAgent, type Agent, type AgentDeps } from '../agent/define-agent.ts';
import { type Producer } from '../../queues/producer.ts';
import { requireCycle } from '../agent/require-cycle.ts';
import { planForwarding, type ForwardingPlan } from './plan-forwarding.ts';
import { forwardJobId } from '../../queues/flows/cycle-flow.ts';

export interface GeneratorDeps extends AgentDeps {
  readonly stores: Pick<Stores, 'cycles' | 'analyses' | 'strategies' | 'workUnits'>;
  readonly data: MarketData;
  readonly specsPerCycle: number;
  readonly unitSize: number;
  readonly folds: number;
  readonly testShare: number;
  /** Maximum number of candidates from remote workers or an import judged per cycle and market. */
  readonly remoteCandidates: number;
  /** Only with the backend `coordinator`. */
  readonly forwarding?: {
    readonly store: ForwardingStore;
    readonly plan: ForwardingPlan;
    readonly producer: Producer;
  };
}

/** Families that suit each regime. Other families get the remaining draws, because regimes change. */
const SUITED = {
  'trending-up': ['trend-following', 'momentum', 'breakout'],
  'trending-down': ['trend-following', 'momentum', 'breakout'],
  ranging: ['mean-reversion'],
  calm: ['mean-reversion', 'breakout'],
  stormy: ['breakout', 'momentum'],
} as const satisfies Record<Regime, readonly Family[]>;
type SuitedFamily = (typeof SUITED)[Regime][number];
/** Fails to compile when a family suits no regime. */
const suited = (regime: Regime): readonly Family[] =>
  SUITED[regime] satisfies readonly ([Family] extends [SuitedFamily] ? Family : never)[];
/** Share of random draws for the families that suit the regime; the rest is drawn from all families. */
const SUITED_SHARE = 0.6;

/** A thousand drafts take a third of a second; the pauses let BullMQ renew the locks of jobs and other jobs run. */
const DRAFTS_BETWEEN_PAUSES = 64;

/** Maximum draws per wanted spec. Duplicate specs are drawn again, and a small parameter space can be exhausted. */
const DRAWS_PER_SPEC = 20;

type Draft = Pick<Strategy, 'family' | 'parameters' | 'origin' | 'spec' | 'hash'>;

function draft(family: Family, parameters: FamilyParameters, origin: Strategy['origin']): Draft {
  const spec = buildSpec(family, parameters);
  return { family, parameters, origin, spec, hash: hashSpec(spec) };
}

/** Whether the market can trade the spec: spot markets cannot be sold short. */
function tradable(spec: Strategy['spec'], market: Pick<Market, 'kind'>): boolean {
  return spec.side === 'long' || market.kind !== 'spot';
}

/** Templates first, then random draws; `count` distinct specs in total, or fewer when the draws run out. */
export async function draftSpecs(
  market: Pick<Market, 'kind'>,
  regime: Regime,
  count: number,
  rng: Rng,
  abortSignal?: AbortSignal,
): Promise<readonly Draft[]> {
  const drafts = new Map<string, Draft>();
  const take = (candidate: Draft): void => {
    if (drafts.size < count && tradable(candidate.spec, market) && !drafts.has(candidate.hash))
      drafts.set(candidate.hash, candidate);
  };
  for (const family of FAMILIES)
    for (const template of templates(family)) take(draft(family, template.parameters, 'template'));
  for (let draws = 0; drafts.size < count && draws < count * DRAWS_PER_SPEC; draws += 1) {
    const family = rng.next() < SUITED_SHARE ? rng.pick(suited(regime)) : rng.pick(FAMILIES);
    take(draft(family, randomParameters(family, rng), 'random'));
    if (draws % DRAFTS_BETWEEN_PAUSES !== 0) continue;
    await setImmediate();
    abortSignal?.throwIfAborted();
  }
  return [...drafts.values()];
}

/** Strategy agent: creates specs and splits them into work units for the in-sample screen. */
export function createStrategyGenerator(deps: GeneratorDeps): Agent {
  const { stores, data, clock } = deps;
  const { forwarding } = deps;

  /**
   * Candidates that remote workers found on this market, or that were imported, and no cycle has judged. Sorted by hash so that arrival order
   * cannot affect the result.
   */
  const remoteFinds = async (cycle: Cycle, symbol: string): Promise<readonly Strategy[]> => {
    const found = await stores.strategies.list({ states: ['candidate'], origin: 'remote', symbol });
    return found
      .filter(({ timeframe }) => timeframe === cycle.timeframe)
      .sort((a, b) => (a.hash < b.hash ? -1 : 1))
      .slice(0, deps.remoteCandidates);
  };

  /** Stores the rows before the jobs: a job without a row fails, but the sweep finds a row without a job. */
  const forward = async (cycle: Cycle, symbols: readonly string[]): Promise<number> => {
    if (!forwarding) return 0;
    const { store, plan, producer } = forwarding;
    const units = symbols.flatMap((symbol) => planForwarding(cycle, symbol, plan, clock.now()));
    await store.addMany(units);
    for (const { id } of units) {
      const meta = { cycleId: cycle.id, causedBy: `strategy-generator/generate.${cycle.id}`, priority: 'low' } as const;
      await producer.add('backtest', 'forward', { unitId: id }, { jobId: forwardJobId(id), meta });
    }
    return units.length;
  };

  const unitsFor = async (
    cycle: Cycle,
    symbol: string,
    regime: Regime,
    count: number,
    abortSignal: AbortSignal,
  ): Promise<{ strategies: Strategy[]; units: readonly WorkUnit[] }> => {
    const request = { symbol, timeframe: cycle.timeframe, asOf: cycle.asOf };
    const [market, series, identity] = await Promise.all([
      data.market(symbol),
      data.series(request),
      data.identity(request),
    ]);
    const { inSample } = walkForwardSplit(series.length, deps.folds, deps.testShare);
    // The random stream depends on seed and market only, so adding a market does not change the draws of another.
    const rng = createRng(cycle.seed).fork(`generate/${symbol}`);
    const drafts = await draftSpecs(market, regime, count, rng, abortSignal);
    const remote = (await remoteFinds(cycle, symbol)).filter(({ spec }) => tradable(spec, market));
    const hashes = new Set([...drafts, ...remote].map(({ hash }) => hash));
    const items = [...hashes].map((hash) => ({ hash, window: inSample }));
    return {
      strategies: drafts.map((d) => strategyOf(d, clock.now())),
      units: cutIntoUnits(cycle, 'screen', { symbol, ...identity }, '', items, deps.unitSize),
    };
  };

  return defineAgent(
    'strategy-generator',
    {
      async generate({ cycleId }, { abortSignal }) {
        const cycle = await requireCycle(stores.cycles, cycleId);
        const analyses = await stores.analyses.analyses(cycleId);
        const count = Math.ceil(deps.specsPerCycle / Math.max(1, analyses.length));
        const perMarket = await Promise.all(
          analyses.map(({ symbol, regime }) => unitsFor(cycle, symbol, regime, count, abortSignal)),
        );
        const strategies = new Map(
          perMarket.flatMap((market) => market.strategies.map((strategy) => [strategy.hash, strategy])),
        );
        const units = perMarket.flatMap((market) => market.units);
        await stores.strategies.addMany([...strategies.values()]);
        abortSignal.throwIfAborted();
        await stores.workUnits.addMany(units);
        const forwarded = await forward(
          cycle,
          analyses.map(({ symbol }) => symbol),
        );
        return { strategies: strategies.size, units: units.map(({ id }) => id), forwarded };
      },
    },
    deps,
  );
}
