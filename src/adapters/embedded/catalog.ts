import { type Change, type Collection, createCollection, type Journal } from './collection.ts';
import { refuse } from './store-error.ts';

export type Catalog = ReturnType<typeof createCatalog>;

/** All collections by namespace (`database.collection`), and how they come back from a log and go into a new one. */
export function createCatalog(journal: Journal) {
  const byNamespace = new Map<string, Collection>();
  let replayedIndexes: Extract<Change, { index: string }>[] = [];

  /** A collection begins to exist when it is asked for, and is remembered when something is in it. */
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

    /** Builds the indexes, which a half replayed collection might not satisfy; only now may the collections be used. */
    finishReplay(): void {
      for (const { index, specification } of replayedIndexes) get(index).createIndex(specification);
    },

    /**
     * Changes that rebuild the present state. May be read slowly while writes go on: what they change meanwhile may or
     * may not be in it, and replaying their own records over it gives the same result.
     */
    *snapshot(): Generator<Change> {
      for (const { namespace, indexes, size, documents } of [...byNamespace.values()]) {
        for (const specification of indexes()) yield { index: namespace, specification };
        // Documents added from here on come last and are on the log: without this bound a busy writer would keep us going.
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
