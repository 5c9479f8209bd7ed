import { type Change, type Collection, createCollection, type Journal } from './collection.ts';
import { refuse } from './store-error.ts';

export type Catalog = ReturnType<typeof createCatalog>;

/** All collections by namespace (`database.collection`); replays them from a log and writes them to a new one. */
export function createCatalog(journal: Journal) {
  const byNamespace = new Map<string, Collection>();
  let replayedIndexes: Extract<Change, { index: string }>[] = [];

  /** Creates the collection on first access. An empty collection is not persisted. */
  function get(namespace: string): Collection {
    let collection = byNamespace.get(namespace);
    if (collection === undefined) {
      if (!/^[^.]+\.(?!system\.)[^$\0]{1,200}$/.test(namespace)) {
        refuse('InvalidNamespace', `invalid collection name: '${namespace}'`);
      }
      byNamespace.set(namespace, (collection = createCollection(namespace, journal)));
    }
    return collection;
  }

  return {
    get,
    collections: (): readonly Collection[] => [...byNamespace.values()],

    dropDatabase(name: string): void {
      for (const namespace of byNamespace.keys()) {
        if (!namespace.startsWith(`${name}.`)) continue;
        journal({ drop: namespace });
        byNamespace.delete(namespace);
      }
    },

    replay(change: Change): void {
      if ('put' in change) get(change.put).apply(change);
      else if ('remove' in change) get(change.remove).apply(change);
      else if ('index' in change) replayedIndexes.push(change);
      else {
        byNamespace.delete(change.drop);
        replayedIndexes = replayedIndexes.filter(({ index }) => index !== change.drop);
      }
    },

    /** Builds the indexes. Runs after replay because a partly replayed collection may violate a unique index. */
    finishReplay(): void {
      for (const { index, specification } of replayedIndexes) get(index).createIndex(specification);
    },

    /**
     * Changes that rebuild the current state. Writes may continue while it is read. A concurrent change may or may not
     * be included; replaying its log record afterwards gives the same result in both cases.
     */
    *snapshot(): Generator<Change> {
      for (const { namespace, indexes, size, documents } of [...byNamespace.values()]) {
        for (const specification of indexes()) yield { index: namespace, specification };
        // New documents come last and are on the log already. Without this limit a busy writer could keep the loop
        // going.
        let left = size();
        for (const document of documents()) {
          if (left === 0) break;
          left -= 1;
          yield { put: namespace, document };
        }
      }
    },
  };
}
