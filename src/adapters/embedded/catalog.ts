import { type Change, type Collection, createCollection, type Journal } from './collection.ts';
import { refuse } from './store-error.ts';

/** All collections by namespace (`database.collection`), and how they come back from a log and go into a snapshot. */
export interface Catalog {
  get(namespace: string): Collection | undefined;
  getOrCreate(namespace: string): Collection;
  drop(namespace: string): void;
  collections(): readonly Collection[];
  replay(change: Change, bytes: number): void;
  /** Builds the indexes; only now may the collections be used. */
  finishReplay(): void;
  /**
   * Changes that rebuild the present state. May be read slowly while writes go on: what they change meanwhile may or may not be
   * in it, and replaying their own records over it gives the same result.
   */
  snapshot(): Iterable<Change>;
  liveBytes(): number;
}

const LONGEST_NAMESPACE = 255;

export function createCatalog(journal: Journal): Catalog {
  const byNamespace = new Map<string, Collection>();

  function add(namespace: string): Collection {
    const collection = createCollection(namespace, journal);
    byNamespace.set(namespace, collection);
    return collection;
  }

  const known = (namespace: string): Collection => byNamespace.get(namespace) ?? add(namespace);

  function* snapshot(): Generator<Change> {
    for (const collection of [...byNamespace.values()]) {
      const { namespace } = collection;
      yield { create: namespace };
      for (const specification of collection.indexes.slice(1)) yield { index: namespace, specification };
      // Entries added from here on come last and are on the log: without this bound a busy writer would keep us going.
      let left = collection.size;
      for (const { document } of collection.entries()) {
        if (left === 0) break;
        left -= 1;
        yield { put: namespace, document };
      }
    }
  }

  return {
    get: (namespace) => byNamespace.get(namespace),
    getOrCreate(namespace) {
      const existing = byNamespace.get(namespace);
      if (existing !== undefined) return existing;
      assertNamespace(namespace);
      const { append } = journal({ create: namespace });
      append();
      return add(namespace);
    },
    drop(namespace) {
      const { append } = journal({ drop: namespace });
      byNamespace.delete(namespace);
      append();
    },
    collections: () => [...byNamespace.values()],
    replay(change, bytes) {
      if ('put' in change) known(change.put).replay.put(change.document, bytes);
      else if ('remove' in change) known(change.remove).replay.remove(change.id);
      else if ('create' in change) known(change.create);
      else if ('drop' in change) byNamespace.delete(change.drop);
      else if ('index' in change) known(change.index).replay.index(change.specification);
      else known(change.dropIndex).replay.dropIndex(change.name);
    },
    finishReplay: () => byNamespace.forEach((collection) => collection.replay.buildIndexes()),
    snapshot,
    liveBytes: () => [...byNamespace.values()].reduce((sum, collection) => sum + collection.dataBytes(), 0),
  };
}

function assertNamespace(namespace: string): void {
  const name = namespace.slice(namespace.indexOf('.') + 1);
  const valid =
    name !== '' && !/[$\0]/.test(name) && !name.startsWith('system.') && namespace.length <= LONGEST_NAMESPACE;
  if (!valid) refuse('InvalidNamespace', `invalid collection name: '${namespace}'`);
}
