import { type AuditRecord } from '../../domain/audit/chain.ts';
import { type Holding } from '../../domain/portfolio/holding.ts';
import { type Decision } from '../../domain/research/decision.ts';
import { type Strategy } from '../../domain/strategies/strategy.ts';
import { idsOf, orderEvents, type OrderMaterial } from './order-story.ts';
import { inOrder, proofsOf, type Story, type StoryEvent } from './story.ts';

export interface StrategyMaterial {
  readonly strategy: Strategy;
  /** With the market time of the cycle that decided. */
  readonly decisions: readonly (Decision & { readonly asOf: number })[];
  readonly holdings: readonly Holding[];
  readonly orders: readonly OrderMaterial[];
}

const number = (value: number | null): string => (value === null ? 'unknown' : value.toFixed(4));

function decisionEvent({
  decision,
  reason,
  stage,
  symbol,
  asOf,
  cycleId,
  ...figures
}: StrategyMaterial['decisions'][number]): StoryEvent {
  return {
    time: asOf,
    actor: 'strategy-selector',
    step: decision,
    text:
      `${stage} on ${symbol} in cycle ${cycleId}: ${decision}, ${reason} (probabilistic Sharpe ` +
      `${number(figures.probabilisticSharpe)}, deflated ${number(figures.deflatedSharpe)})`,
  };
}

const ORIGINS: Readonly<Record<Strategy['origin'], string>> = {
  template: 'made from a template',
  random: 'drawn at random',
  optimized: 'optimised',
  remote: 'found by remote workers',
  operator: 'added by an operator',
};

/** Not the sentence about its rules: that takes the registry of indicators, which a command that only reads does not load. */
const parametersOf = ({ parameters }: Strategy): string =>
  Object.entries(parameters)
    .map(([name, value]) => `${name} ${value}`)
    .join(', ');

/** From its creation through every judgement to its orders. */
export function strategyStory(material: StrategyMaterial, records: readonly AuditRecord[]): Story {
  const { strategy, decisions, holdings, orders } = material;
  const { hash, name, state, stateReason, origin, parent } = strategy;
  const earliest = Math.min(
    ...decisions.map(({ asOf }) => asOf),
    ...orders.flatMap(({ intent }) => intent?.asOf ?? []),
  );
  const created: StoryEvent = {
    // Strategies are created by the wall clock; in a simulated market only its first cycle has a market time.
    time: Number.isFinite(earliest) ? earliest : strategy.createdAt,
    actor: 'strategy-generator',
    step: 'created',
    text: `${name}, ${ORIGINS[origin]}${parent === undefined ? '' : ` from ${parent.slice(0, 12)}`}: ${parametersOf(strategy)}`,
  };
  const held = holdings.map((holding) => `${holding.state} on ${holding.symbol} ${holding.timeframe}`).join(', ');
  return {
    kind: 'strategy',
    id: hash,
    outcome: `${state}: ${stateReason}${held === '' ? '' : ` (${held})`}`,
    events: inOrder([created, ...decisions.map(decisionEvent), ...orders.flatMap(orderEvents)]),
    proofs: proofsOf(records, new Set([hash, ...orders.flatMap(idsOf)])),
  };
}
