import { serialize } from 'bson';
import { type BsonDocument } from './bson-value.ts';
import { type Collection } from './collection.ts';
import { assertKnown, collectionOf, type CommandTable, countField, documentField, listField } from './command.ts';
import { asStoreError } from './store-error.ts';
import { compileUpdate, equalityFields } from './update.ts';

export const writeCommands: CommandTable = {
  insert: {
    fields: ['documents', 'ordered'],
    run(command, context) {
      const { insert } = collectionOf(command['insert'], context);
      const { done, writeErrors } = eachStatement(command, 'documents', insert);
      return { n: done.length, ...writeErrors };
    },
  },

  update: {
    fields: ['updates', 'ordered'],
    run(command, context) {
      const collection = collectionOf(command['update'], context);
      const { done, writeErrors } = eachStatement(command, 'updates', (statement, index) => {
        assertKnown('update', statement, ['q', 'u', 'upsert']);
        return { index, ...modify(collection, documentField(statement, 'q'), statement['u'], statement['upsert']) };
      });
      const upserted = done.flatMap(({ index, before, after }) =>
        before || !after ? [] : { index, _id: after['_id'] },
      );
      return {
        n: done.filter(({ after }) => after !== null).length,
        nModified: done.filter(({ before, after }) => before !== null && before !== after).length,
        ...(upserted.length > 0 && { upserted }),
        ...writeErrors,
      };
    },
  },

  delete: {
    fields: ['deletes', 'ordered'],
    run(command, context) {
      const { find, remove } = collectionOf(command['delete'], context);
      const { done, writeErrors } = eachStatement(command, 'deletes', (statement) => {
        assertKnown('delete', statement, ['q', 'limit']);
        const { documents } = find(documentField(statement, 'q'), countField(statement, 'limit', Infinity));
        documents.forEach(remove);
        return documents;
      });
      return { n: done.flat().length, ...writeErrors };
    },
  },

  findAndModify: {
    fields: ['query', 'update', 'new', 'upsert'],
    run(command, context) {
      const collection = collectionOf(command['findAndModify'], context);
      const { before, after } = modify(
        collection,
        documentField(command, 'query'),
        command['update'],
        command['upsert'],
      );
      const upserted = before === null && after !== null && { upserted: after['_id'] };
      const lastErrorObject = { n: after === null ? 0 : 1, updatedExisting: before !== null, ...upserted };
      return { lastErrorObject, value: command['new'] === true ? after : before };
    },
  },
};

interface Modified {
  readonly before: BsonDocument | null;
  /** The same object as `before` when nothing changed; nothing is written then. */
  readonly after: BsonDocument | null;
}

function modify(
  { find, insert, replace }: Collection,
  query: BsonDocument,
  update: unknown,
  upsert: unknown,
): Modified {
  const change = compileUpdate(update);
  const [before] = find(query, 1).documents;
  if (before === undefined) {
    return { before: null, after: upsert === true ? insert(change(equalityFields(query), true)) : null };
  }
  const after = change(before, false);
  if (isSame(before, after)) return { before, after: before };
  replace(before, after);
  return { before, after };
}

/** Whether both are stored identically. Compares scalar fields first, to avoid serializing in most cases. */
function isSame(before: BsonDocument, after: BsonDocument): boolean {
  if (before === after) return true;
  const isOther = (field: string): boolean =>
    typeof after[field] !== 'object' && typeof before[field] !== 'object' && !Object.is(after[field], before[field]);
  return !Object.keys(after).some(isOther) && Buffer.compare(serialize(after), serialize(before)) === 0;
}

/** Runs a bulk: an ordered one stops at its first error, an unordered one tries every statement. */
function eachStatement<R>(command: BsonDocument, field: string, run: (statement: BsonDocument, index: number) => R) {
  const done: R[] = [];
  const errors: BsonDocument[] = [];
  for (const [index, statement] of listField(command, field).entries()) {
    try {
      done.push(run(statement, index));
    } catch (error) {
      const { code, message, details } = asStoreError(error);
      errors.push({ index, code, errmsg: message, ...details });
      if (command['ordered'] !== false) break;
    }
  }
  return { done, writeErrors: errors.length > 0 ? { writeErrors: errors } : {} };
}
