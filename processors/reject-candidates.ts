import { type StrategyStore } from '../src/ports/stores.ts';

/** Marks candidates as rejected, each with its reason; one that trades somewhere keeps its state. */
export async function rejectCandidates(
  store: StrategyStore,
  rejections: readonly { readonly hash: string; readonly reason: string }[],
  at: number,
): Promise<void> {
  const rows = await store.getMany(rejections.map(({ hash }) => hash));
  const candidates = new Set(rows.filter(({ state }) => state === 'candidate').map(({ hash }) => hash));
  await Promise.all(
    rejections
      .filter(({ hash }) => candidates.has(hash))
      .map(({ hash, reason }) => store.setState(hash, 'rejected', { reason, at })),
  );
}
