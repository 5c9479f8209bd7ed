import { type BsonDocument, compareValues } from './bson-value.ts';
import { type Collection } from './collection.ts';
import { assertKnown, type CommandTable, countField, documentField, listField, namespaceOf } from './command.ts';
import { compileProjection } from './projection.ts';
import { type Entry } from './secondary-index.ts';
import { sortDocuments } from './sort.ts';
import { asStoreError, refuse } from './store-error.ts';
import { compileUpdate, type Update } from './update.ts';

export const writeCommands: CommandTable = {
  insert: {
    fields: ['documents', 'ordered'],
    run(command, context) {
      const collection = context.catalog.getOrCreate(namespaceOf(command['insert'], context));
      const { done, writeErrors } = eachStatement(listField(command, 'documents'), command, (document) =>
        collection.insert(document),
      );
      return { n: done.length, ...writeErrors };
    },
  },

  update: {
    fields: ['updates', 'ordered'],
    run(command, context) {
      const collection = context.catalog.getOrCreate(namespaceOf(command['update'], context));
      const { done, writeErrors } = eachStatement(listField(command, 'updates'), command, (statement) => {
        assertKnown('update', statement, ['q', 'u', 'multi', 'upsert', 'hint']);
        return updateMatching(collection, statement);
      });
      const upserted = done.flatMap(({ index, result }) =>
        result.upserted === undefined ? [] : [{ index, _id: result.upserted.document['_id'] }],
      );
      return {
        n: upserted.length + sum(done, ({ result }) => result.matched),
        nModified: sum(done, ({ result }) => result.modified),
        ...(upserted.length > 0 ? { upserted } : {}),
        ...writeErrors,
      };
    },
  },

  delete: {
    fields: ['deletes', 'ordered'],
    run(command, context) {
      const collection = context.catalog.getOrCreate(namespaceOf(command['delete'], context));
      const { done, writeErrors } = eachStatement(listField(command, 'deletes'), command, (statement) => {
        assertKnown('delete', statement, ['q', 'limit', 'hint']);
        const { entries } = collection.find(documentField(statement, 'q'), countField(statement, 'limit') || Infinity);
        entries.forEach((entry) => collection.remove(entry));
        return entries.length;
      });
      return { n: sum(done, ({ result }) => result), ...writeErrors };
    },
  },

  findAndModify: {
    fields: ['query', 'sort', 'update', 'remove', 'new', 'upsert', 'fields', 'hint'],
    run(command, context) {
      const collection = context.catalog.getOrCreate(
        namespaceOf(command['findAndModify'] ?? command['findandmodify'], context),
      );
      const query = documentField(command, 'query');
      const project = compileProjection(command['fields'] ?? undefined);
      const sort = documentField(command, 'sort');
      const isSorted = Object.keys(sort).length > 0;
      const { entries } = collection.find(query, isSorted ? Infinity : 1);
      const entry = (isSorted ? sortDocuments(entries, sort, ({ document }) => document) : entries)[0];
      const before = entry?.document;
      const shown = (document: BsonDocument | undefined) => (document === undefined ? null : project(document));
      if (command['remove'] === true) {
        if (command['update'] !== undefined || command['new'] === true || command['upsert'] === true) {
          refuse('FailedToParse', 'findAndModify: remove cannot be combined with update, new or upsert');
        }
        if (entry !== undefined) collection.remove(entry);
        return { lastErrorObject: { n: entry === undefined ? 0 : 1 }, value: shown(before) };
      }
      const update = compileUpdate(command['update']);
      if (entry !== undefined) {
        applyTo(collection, entry, update);
        return {
          lastErrorObject: { n: 1, updatedExisting: true },
          value: shown(command['new'] === true ? entry.document : before),
        };
      }
      if (command['upsert'] !== true) return { lastErrorObject: { n: 0, updatedExisting: false }, value: null };
      const { document } = collection.insert(update.insert(query));
      const lastErrorObject = { n: 1, updatedExisting: false, upserted: document['_id'] };
      return { lastErrorObject, value: command['new'] === true ? project(document) : null };
    },
  },
};

function updateMatching(
  collection: Collection,
  statement: BsonDocument,
): { matched: number; modified: number; upserted?: Entry } {
  const query = documentField(statement, 'q');
  const update = compileUpdate(statement['u']);
  const multi = statement['multi'] === true;
  if (multi && update.isReplacement)
    refuse('FailedToParse', 'multi update is not supported for a replacement document');
  const { entries } = collection.find(query, multi ? Infinity : 1);
  if (entries.length === 0 && statement['upsert'] === true)
    return { matched: 0, modified: 0, upserted: collection.insert(update.insert(query)) };
  const modified = entries.filter((entry) => applyTo(collection, entry, update));
  return { matched: entries.length, modified: modified.length };
}

/** @returns whether the document is another one now; nothing is written when it is not */
function applyTo(collection: Collection, entry: Entry, update: Update): boolean {
  const next = update.apply(entry.document);
  if (compareValues(next, entry.document) === 0) return false;
  collection.replace(entry, next);
  return true;
}

interface Statements<R> {
  readonly done: readonly { readonly index: number; readonly result: R }[];
  readonly writeErrors: BsonDocument;
}

/** Runs a bulk: an ordered one ends at its first error, an unordered one tries everything. */
function eachStatement<R>(
  statements: readonly BsonDocument[],
  command: BsonDocument,
  run: (statement: BsonDocument) => R,
): Statements<R> {
  const done: { index: number; result: R }[] = [];
  const errors: BsonDocument[] = [];
  for (const [index, statement] of statements.entries()) {
    try {
      done.push({ index, result: run(statement) });
    } catch (error) {
      const { code, message, details } = asStoreError(error);
      errors.push({ index, code, errmsg: message, ...details });
      if (command['ordered'] !== false) break;
    }
  }
  return { done, writeErrors: errors.length > 0 ? { writeErrors: errors } : {} };
}

function sum<T>(items: readonly T[], of: (item: T) => number): number {
  return items.reduce((total, item) => total + of(item), 0);
}
