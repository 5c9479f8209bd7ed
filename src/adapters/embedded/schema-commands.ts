import { type BsonDocument, compareValues } from './bson-value.ts';
import { type Collection, ID_INDEX } from './collection.ts';
import {
  assertKnown,
  type CommandContext,
  type CommandTable,
  documentField,
  listField,
  namespaceOf,
} from './command.ts';
import { compileFilter } from './query.ts';
import { firstBatch } from './read-commands.ts';
import { type IndexSpecification } from './secondary-index.ts';
import { refuse } from './store-error.ts';

/** Besides the name of the collection, which is the value of the command's own field. */
export const schemaCommands: CommandTable = {
  create: {
    fields: [],
    run(command, context) {
      const namespace = namespaceOf(command['create'], context);
      if (context.catalog.get(namespace) !== undefined)
        refuse('NamespaceExists', `collection ${namespace} already exists`);
      context.catalog.getOrCreate(namespace);
      return {};
    },
  },

  drop: {
    fields: [],
    run(command, context) {
      const namespace = namespaceOf(command['drop'], context);
      const collection = existing(namespace, context);
      context.catalog.drop(namespace);
      return { nIndexesWas: collection.indexes.length, ns: namespace };
    },
  },

  dropDatabase: {
    fields: [],
    run(_, context) {
      for (const { namespace } of collectionsOf(context.database, context)) context.catalog.drop(namespace);
      return { dropped: context.database };
    },
  },

  listCollections: {
    fields: ['filter', 'nameOnly', 'cursor', 'authorizedCollections'],
    run(command, context) {
      const matches = compileFilter(documentField(command, 'filter'));
      const described = collectionsOf(context.database, context).map(({ namespace }) => ({
        ...{ name: namespace.slice(context.database.length + 1), type: 'collection' },
        ...(command['nameOnly'] === true
          ? {}
          : { options: {}, info: { readOnly: false }, idIndex: { v: 2, ...ID_INDEX } }),
      }));
      return firstBatch(
        context.cursors.open(`${context.database}.$cmd.listCollections`, described.filter(matches), Infinity),
      );
    },
  },

  listDatabases: {
    fields: ['filter', 'nameOnly', 'authorizedDatabases'],
    run(command, { catalog }) {
      const matches = compileFilter(documentField(command, 'filter'));
      const sizes = new Map<string, number>();
      for (const { namespace, dataBytes } of catalog.collections()) {
        const name = namespace.slice(0, namespace.indexOf('.'));
        sizes.set(name, (sizes.get(name) ?? 0) + dataBytes());
      }
      const databases = [...sizes].map(([name, sizeOnDisk]) =>
        command['nameOnly'] === true ? { name } : { name, sizeOnDisk, empty: false },
      );
      return { databases: databases.filter(matches), totalSize: catalog.liveBytes() };
    },
  },

  createIndexes: {
    fields: ['indexes'],
    run(command, context) {
      const namespace = namespaceOf(command['createIndexes'], context);
      const wanted = listField(command, 'indexes').map(indexSpecification);
      const created = context.catalog.get(namespace) === undefined;
      const collection = context.catalog.getOrCreate(namespace);
      const before = collection.indexes.length;
      for (const specification of wanted) if (isNew(specification, collection)) collection.createIndex(specification);
      return {
        numIndexesBefore: before,
        numIndexesAfter: collection.indexes.length,
        createdCollectionAutomatically: created,
      };
    },
  },

  dropIndexes: {
    fields: ['index'],
    run(command, context) {
      const collection = existing(namespaceOf(command['dropIndexes'], context), context);
      const before = collection.indexes;
      const wanted = command['index'];
      const dropped = before
        .slice(1)
        .filter(({ name, key }) => wanted === '*' || wanted === name || sameKey(wanted, key));
      if (dropped.length === 0 && wanted !== '*')
        refuse('IndexNotFound', `cannot drop index ${JSON.stringify(wanted)}: there is none, or it is the one on _id`);
      for (const { name } of dropped) collection.dropIndex(name);
      return { nIndexesWas: before.length };
    },
  },

  listIndexes: {
    fields: ['cursor'],
    run(command, context) {
      const namespace = namespaceOf(command['listIndexes'], context);
      const described = existing(namespace, context).indexes.map((specification) => ({ v: 2, ...specification }));
      return firstBatch(context.cursors.open(namespace, described, Infinity));
    },
  },
};

/** Expiry, collation, text, geo and hashed indexes are refused; `background` and the version say nothing about results. */
function indexSpecification(given: BsonDocument): IndexSpecification {
  assertKnown('createIndexes', given, [
    'key',
    'name',
    'v',
    'background',
    'unique',
    'sparse',
    'partialFilterExpression',
  ]);
  const { key, name, partialFilterExpression } = { key: documentField(given, 'key'), ...given } as BsonDocument & {
    key: BsonDocument;
  };
  const directions = Object.entries(key);
  if (
    directions.length === 0 ||
    directions.some(([field, direction]) => field.includes('$') || (direction !== 1 && direction !== -1))
  ) {
    refuse('CannotCreateIndex', `the embedded store only has indexes with directions 1 and -1: ${JSON.stringify(key)}`);
  }
  if (typeof name !== 'string' || name === '') refuse('CannotCreateIndex', 'an index needs a name');
  if (partialFilterExpression !== undefined) compileFilter(partialFilterExpression);
  return {
    ...{ name, key: key as IndexSpecification['key'] },
    ...(given['unique'] === true ? { unique: true } : {}),
    ...(given['sparse'] === true ? { sparse: true } : {}),
    ...(partialFilterExpression === undefined
      ? {}
      : { partialFilterExpression: partialFilterExpression as BsonDocument }),
  };
}

function isNew(wanted: IndexSpecification, { indexes }: Collection): boolean {
  if (sameKey(wanted.key, ID_INDEX.key)) return false;
  const sameName = indexes.find(({ name }) => name === wanted.name);
  const other = sameName ?? indexes.find(({ key }) => sameKey(key, wanted.key));
  if (other === undefined) return true;
  if (compareValues(normal(other), normal(wanted)) === 0) return false;
  const code = sameKey(other.key, wanted.key) ? 'IndexOptionsConflict' : 'IndexKeySpecsConflict';
  return refuse(
    code,
    `index '${wanted.name}' conflicts with the existing index '${other.name}', which has another key, name or options`,
  );
}

function normal({ name, key, unique, sparse, partialFilterExpression }: IndexSpecification): unknown[] {
  return [name, key, unique, sparse, partialFilterExpression];
}

function sameKey(a: unknown, b: unknown): boolean {
  return compareValues(a, b) === 0;
}

function existing(namespace: string, { catalog }: CommandContext): Collection {
  return catalog.get(namespace) ?? refuse('NamespaceNotFound', `ns does not exist: ${namespace}`);
}

function collectionsOf(database: string, { catalog }: CommandContext): Collection[] {
  return catalog.collections().filter(({ namespace }) => namespace.startsWith(`${database}.`));
}
