import { type BsonDocument } from './bson-value.ts';
import { type Collection, ID_INDEX } from './collection.ts';
import { assertKnown, collectionOf, type Command, type CommandTable, documentField, listField } from './command.ts';
import { LARGEST_DOCUMENT } from './log-record.ts';
import { type IndexSpecification } from './secondary-index.ts';
import { refuse } from './store-error.ts';
import { LARGEST_MESSAGE } from './wire.ts';

/** Handshake of a driver. `embeddedStore` distinguishes this store from a MongoDB server. */
const hello: Command = {
  fields: ['*'],
  run: () => ({
    ...{ helloOk: true, isWritablePrimary: true, readOnly: false, embeddedStore: true },
    ...{ maxBsonObjectSize: LARGEST_DOCUMENT, maxMessageSizeBytes: LARGEST_MESSAGE, maxWriteBatchSize: 100_000 },
    ...{ minWireVersion: 0, maxWireVersion: 21, logicalSessionTimeoutMinutes: 30 },
  }),
};

export const serverCommands: CommandTable = {
  hello,
  ismaster: hello,
  ping: { fields: [], run: () => ({}) },
  endSessions: { fields: [], run: () => ({}) },

  createIndexes: {
    fields: ['indexes'],
    run(command, context) {
      const collection = collectionOf(command['createIndexes'], context);
      const wanted = listField(command, 'indexes').map(indexSpecification);
      for (const specification of wanted) if (isNew(specification, collection)) collection.createIndex(specification);
      return {};
    },
  },

  dropDatabase: {
    fields: [],
    run(_, { catalog, database }) {
      catalog.dropDatabase(database);
      return { dropped: database };
    },
  },
};

/** Refuses sparse, partial, TTL, text and other indexes. Ignores `v` and `background`. */
function indexSpecification(given: BsonDocument): IndexSpecification {
  assertKnown('createIndexes', given, ['key', 'name', 'v', 'background', 'unique']);
  const key = documentField(given, 'key') as IndexSpecification['key'];
  const fields = Object.entries(key);
  if (
    fields.length === 0 ||
    fields.some(([name, direction]) => !/^[^.$]+$/.test(name) || ![1, -1].includes(direction))
  ) {
    const shown = JSON.stringify(key);
    refuse('CannotCreateIndex', `the embedded store indexes only fields at the top of a document, 1 or -1: ${shown}`);
  }
  return { name: String(given['name']), key, ...(given['unique'] === true && { unique: true }) };
}

function isNew(wanted: IndexSpecification, { indexes }: Collection): boolean {
  const isSame = (a: unknown, b: unknown): boolean => JSON.stringify(a) === JSON.stringify(b);
  if (isSame(wanted.key, ID_INDEX.key)) return false;
  const other = indexes().find(({ name, key }) => name === wanted.name || isSame(key, wanted.key));
  if (other === undefined || isSame(other, wanted)) return other === undefined;
  return refuse('IndexOptionsConflict', `index '${wanted.name}' has the name or the key of another, '${other.name}'`);
}
