import { digestTrials } from '../../domain/research/trial-digest.ts';
import { type RetentionStore } from '../../ports/retention.ts';

/** Fewer are left for the next call: each call looks at the trials of all cycles that stay. */
const LEAST = 5;

/**
 * Reduces finished cycles except the newest `keep` to their digest and what was looked at out of sample. Strategies that
 * only they tried are removed. Nothing is done while a cycle runs, because it may read strategies of earlier ones.
 * Returns the number of reduced cycles.
 */
export async function reduceCycles(retention: RetentionStore, keep: number): Promise<number> {
  const last = await retention.lastDigest();
  const since = await retention.cyclesSince(last?.startedAt ?? 0);
  if (since.some(({ state }) => state === 'running')) return 0;
  const old = since.slice(0, Math.max(0, since.length - keep));
  // One of them is that of the last digest.
  if (old.length <= LEAST) return 0;
  const stays = await retention.hashesOf(since.slice(old.length).map(({ id }) => id));
  for (const { id, startedAt } of old) {
    const [trials, judged] = await Promise.all([retention.inSampleTrials(id), retention.outOfSampleHashes(id)]);
    // First, and once: a crash after it leaves rows that are removed again, and fewer trials than there were.
    if ((await retention.digest(id)) === null) {
      await retention.saveDigest({ cycleId: id, startedAt, trials: digestTrials(trials) });
    }
    const kept = new Set([...judged, ...stays]);
    await retention.removeStrategies(
      [...new Set(trials.map(({ strategyHash }) => strategyHash))].filter((hash) => !kept.has(hash)),
    );
    await retention.reduceCycle(id);
  }
  return old.length;
}
