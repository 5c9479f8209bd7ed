import { aggregate, splitPipeline } from './aggregation.ts';
import { type BsonDocument, keyOf } from './bson-value.ts';
import {
  type Command,
  type CommandContext,
  type CommandTable,
  assertKnown,
  countField,
  documentField,
  namespaceOf,
  sliceOf,
} from './command.ts';
import { type Batch } from './cursors.ts';
import { pathOf, valuesAt } from './path.ts';
import { compileProjection } from './projection.ts';
import { sortDocuments } from './sort.ts';

/** Hints and disk use change how a server looks, never what it finds. */
const HARMLESS = ['hint', 'allowDiskUse', 'noCursorTimeout', 'allowPartialResults'];

const find: Command = {
  fields: ['filter', 'sort', 'projection', 'skip', 'limit', 'batchSize', 'singleBatch', ...HARMLESS],
  run(command, context) {
    const namespace = namespaceOf(command['find'], context);
    const project = compileProjection(command['projection'] ?? undefined);
    const sort = documentField(command, 'sort');
    const isSorted = Object.keys(sort).length > 0;
    const enough = isSorted
      ? Infinity
      : (countField(command, 'skip') ?? 0) + (countField(command, 'limit') || Infinity);
    const documents = documentsOf(namespace, documentField(command, 'filter'), context, enough);
    const sorted = isSorted ? sortDocuments(documents, sort, (document) => document) : documents;
    const results = sliceOf(sorted, command).map(project);
    return firstBatch(
      context.cursors.open(namespace, results, countField(command, 'batchSize'), command['singleBatch'] === true),
    );
  },
};

export const readCommands: CommandTable = {
  find,

  getMore: {
    fields: ['collection', 'batchSize'],
    run(command, context) {
      const namespace = namespaceOf(command['collection'], context);
      const batchSize = countField(command, 'batchSize') || undefined;
      const { id, ns, documents } = context.cursors.more(Number(command['getMore']), namespace, batchSize);
      return { cursor: { id, ns, nextBatch: documents } };
    },
  },

  killCursors: {
    fields: ['cursors'],
    run(command, { cursors }) {
      const { killed, unknown } = cursors.kill((command['cursors'] as unknown[]).map(Number));
      return { cursorsKilled: killed, cursorsNotFound: unknown, cursorsAlive: [], cursorsUnknown: [] };
    },
  },

  count: {
    fields: ['query', 'limit', 'skip', ...HARMLESS],
    run: (command, context) => ({
      n: sliceOf(documentsOf(namespaceOf(command['count'], context), documentField(command, 'query'), context), command)
        .length,
    }),
  },

  distinct: {
    fields: ['key', 'query', ...HARMLESS],
    run(command, context) {
      const path = pathOf(String(command['key']));
      const documents = documentsOf(
        namespaceOf(command['distinct'], context),
        documentField(command, 'query'),
        context,
      );
      const values = documents
        .flatMap((document) => valuesAt(document, path))
        .filter((value) => value !== undefined && !Array.isArray(value));
      return { values: [...new Map(values.map((value) => [keyOf(value), value])).values()] };
    },
  },

  aggregate: {
    fields: ['pipeline', 'cursor', ...HARMLESS],
    run(command, context) {
      const namespace = namespaceOf(command['aggregate'], context);
      const cursor = documentField(command, 'cursor');
      assertKnown('aggregate cursor', cursor, ['batchSize']);
      const { filter, stages } = splitPipeline(command['pipeline']);
      const results = aggregate(documentsOf(namespace, filter, context), stages);
      return firstBatch(context.cursors.open(namespace, results, countField(cursor, 'batchSize')));
    },
  },
};

export function firstBatch({ id, ns, documents }: Batch): BsonDocument {
  return { cursor: { id, ns, firstBatch: documents } };
}

function documentsOf(
  namespace: string,
  filter: BsonDocument,
  { catalog }: CommandContext,
  limit = Infinity,
): BsonDocument[] {
  return (catalog.get(namespace)?.find(filter, limit).entries ?? []).map(({ document }) => document);
}
