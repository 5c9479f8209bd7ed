import { type Cycle } from '../../domain/research/cycle.ts';
import { type ForwardedUnit, type ForwardingStore } from '../../ports/fleet/forwarding.ts';

/** More units of earlier cycles are not counted. */
const MOST_EARLIER = 1000;

const strategiesOf = (units: readonly ForwardedUnit[]): number =>
  new Set(units.flatMap(({ reports }) => reports.map(({ strategyHash }) => strategyHash)).filter((hash) => hash !== ''))
    .size;

const countOf = (units: readonly ForwardedUnit[], ...states: readonly ForwardedUnit['state'][]): number =>
  units.filter(({ state }) => states.includes(state)).length;

function tally(units: readonly ForwardedUnit[]) {
  return {
    searches: units.length,
    doneRemotely: units.filter(({ state, doneBy }) => state === 'done' && doneBy === 'remote').length,
    doneHere: units.filter(({ state, doneBy }) => state === 'done' && doneBy === 'local').length,
    failed: countOf(units, 'failed'),
    open: countOf(units, 'planned', 'creating', 'waiting', 'unknown', 'local'),
    strategies: strategiesOf(units),
    /** Why the first open one waits. */
    waitsFor: units.find(({ endedAt, reason }) => endedAt === null && reason !== '')?.reason ?? null,
  };
}

/** What a cycle forwarded to remote workers, and what came back of it and of earlier cycles; null without any. */
export async function forwardedSearches(forwarding: Pick<ForwardingStore, 'list'>, { id }: Pick<Cycle, 'id'>) {
  const units = await forwarding.list({ newestFirst: true, limit: MOST_EARLIER });
  if (units.length === 0) return null;
  const own = units.filter(({ cycleId }) => cycleId === id);
  return { ...tally(own), earlier: tally(units.filter(({ cycleId }) => cycleId !== id)) };
}
