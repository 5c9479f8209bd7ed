import { type BsonDocument, scalarKey, typeName } from './bson-value.ts';
import { refuse, StoreError } from './store-error.ts';

export interface IndexSpecification {
  readonly name: string;
  readonly key: Readonly<Record<string, 1 | -1>>;
  readonly unique?: boolean;
}

/** For each field a filter pins down, the keys (scalarKey) of the values it may have. */
export type Choices = ReadonlyMap<string, readonly string[]>;

export type SecondaryIndex = ReturnType<typeof createSecondaryIndex>;

/** Documents, by their keys (scalarKey of `_id`), for every leading part of the index's key, so that each can be looked up. */
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

  /** Most changes leave most indexes as they are. */
  const isAlike = (a: BsonDocument, b: BsonDocument): boolean => fields.every((field) => a[field] === b[field]);

  return {
    specification,

    /** The document of this key was `before` and is `after`; one of them may be missing. */
    follow(key: string, before: BsonDocument | undefined, after: BsonDocument | undefined): void {
      if (before && after && isAlike(before, after)) return;
      if (before) remove(key, before);
      if (after) add(key, after);
    },

    /** Refuses a document that cannot be indexed, or whose unique key another one holds. @param before it until now */
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

    /** The leading fields that the choices pin down; none when the index is of no use. */
    covered(choices: Choices): readonly string[] {
      const end = fields.findIndex((field) => !choices.has(field));
      return end < 0 ? fields : fields.slice(0, end);
    },

    /** Keys of the documents. */
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
