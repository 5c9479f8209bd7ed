import { type BsonDocument, scalarKey, typeName } from './bson-value.ts';
import { refuse, StoreError } from './store-error.ts';

export interface IndexSpecification {
  readonly name: string;
  readonly key: Readonly<Record<string, 1 | -1>>;
  readonly unique?: boolean;
}

/** For each field that a filter restricts to a set of values: the keys (`scalarKey`) of these values. */
export type Choices = ReadonlyMap<string, readonly string[]>;

export type SecondaryIndex = ReturnType<typeof createSecondaryIndex>;

/**
 * Maps every prefix of the index key to document keys (`scalarKey` of `_id`), so that each prefix supports look-ups.
 */
export function createSecondaryIndex(specification: IndexSpecification, namespace: string) {
  const fields = Object.keys(specification.key);
  const byPrefix = new Map<string, Set<string>>();

  function prefixesOf(document: BsonDocument): string[] {
    let prefix = '';
    return fields.map((field) => (prefix += `${scalarKey(document[field])},`));
  }

  function add(key: string, document: BsonDocument): void {
    for (const prefix of prefixesOf(document)) {
      if (!byPrefix.get(prefix)?.add(key)) byPrefix.set(prefix, new Set([key]));
    }
  }

  function remove(key: string, document: BsonDocument): void {
    for (const prefix of prefixesOf(document)) {
      const keys = byPrefix.get(prefix);
      keys?.delete(key);
      if (keys?.size === 0) byPrefix.delete(prefix);
    }
  }

  /** Fast path: most changes do not affect most indexes. */
  const isAlike = (a: BsonDocument, b: BsonDocument): boolean => fields.every((field) => a[field] === b[field]);

  return {
    specification,

    /** Updates the index for a changed document. `before` is missing for an insert, `after` for a removal. */
    follow(key: string, before: BsonDocument | undefined, after: BsonDocument | undefined): void {
      if (before && after && isAlike(before, after)) return;
      if (before) remove(key, before);
      if (after) add(key, after);
    },

    /**
     * Refuses a document that cannot be indexed, or whose unique key belongs to another document.
     * @param before the stored document that `document` replaces
     * @throws StoreError `BadValue`, `DuplicateKey`
     */
    assertIndexable(document: BsonDocument, before?: BsonDocument): void {
      if (before && isAlike(before, document)) return;
      const bad = fields.find((field) => scalarKey(document[field]) === undefined);
      if (bad !== undefined) {
        refuse('BadValue', `'${bad}' is indexed: the embedded store indexes scalars, not a ${typeName(document[bad])}`);
      }
      if (specification.unique !== true) return;
      const own = scalarKey(document['_id']);
      const holders = byPrefix.get(prefixesOf(document).at(-1) as string) ?? [];
      for (const holder of holders) if (holder !== own) throw duplicateKey(namespace, specification, document);
    },

    /** The leading index fields that the choices restrict; empty when the index cannot be used. */
    covered(choices: Choices): readonly string[] {
      const end = fields.findIndex((field) => !choices.has(field));
      return end < 0 ? fields : fields.slice(0, end);
    },

    /** Keys (`scalarKey` of `_id`) of the matching documents. */
    *lookUp(choices: Choices, covered: readonly string[]): Generator<string> {
      let prefixes = [''];
      for (const field of covered) {
        const longer = prefixes.flatMap((prefix) => choices.get(field)?.map((key) => `${prefix}${key},`) ?? []);
        prefixes = longer.filter((prefix) => byPrefix.has(prefix));
      }
      for (const prefix of prefixes) yield* byPrefix.get(prefix) ?? [];
    },
  };
}

export function duplicateKey(
  namespace: string,
  { name, key }: Pick<IndexSpecification, 'name' | 'key'>,
  document: BsonDocument,
): StoreError {
  const keyValue = Object.fromEntries(Object.keys(key).map((field) => [field, document[field] ?? null]));
  const shown = `E11000 duplicate key error collection: ${namespace} index: ${name} dup key: ${JSON.stringify(keyValue)}`;
  return new StoreError('DuplicateKey', shown, { keyPattern: key, keyValue });
}
