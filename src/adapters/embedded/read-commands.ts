import { isDocument } from './bson-value.ts';
import { assertKnown, collectionOf, type CommandTable, countField, documentField, listField } from './command.ts';
import { FIRST_BATCH } from './cursors.ts';
import { runPipeline } from './query.ts';

export const readCommands: CommandTable = {
  find: {
    // `allowDiskUse` has no effect: all data is in memory.
    fields: ['filter', 'sort', 'projection', 'skip', 'limit', 'batchSize', 'singleBatch', 'allowDiskUse'],
    run(command, context) {
      const { namespace, find } = collectionOf(command['find'], context);
      const $sort = documentField(command, 'sort');
      const $project = documentField(command, 'projection');
      const skip = countField(command, 'skip', 0);
      const end = skip + countField(command, 'limit', Infinity);
      const isSorted = Object.keys($sort).length > 0;
      const { documents } = find(documentField(command, 'filter'), isSorted ? Infinity : end);
      const page = (isSorted ? runPipeline(documents, [{ $sort }]) : documents).slice(skip, end);
      const results = Object.keys($project).length > 0 ? runPipeline(page, [{ $project }]) : page;
      const batchSize = countField(command, 'batchSize', FIRST_BATCH);
      return context.cursors.open(namespace, results, batchSize, command['singleBatch'] === true);
    },
  },

  getMore: {
    fields: ['collection', 'batchSize'],
    run(command, context) {
      const { namespace } = collectionOf(command['collection'], context);
      return context.cursors.more(Number(command['getMore']), namespace, countField(command, 'batchSize', Infinity));
    },
  },

  killCursors: {
    fields: ['cursors'],
    run(command, { cursors }) {
      const ids = command['cursors'] as readonly unknown[];
      return { cursorsKilled: ids.filter((id) => cursors.kill(Number(id))) };
    },
  },

  /** Used by estimatedDocumentCount; countDocuments is an aggregation. */
  count: {
    fields: [],
    run: (command, context) => ({ n: collectionOf(command['count'], context).size() }),
  },

  aggregate: {
    fields: ['pipeline', 'cursor'],
    run(command, context) {
      const { namespace, find } = collectionOf(command['aggregate'], context);
      const cursor = documentField(command, 'cursor');
      assertKnown('aggregate cursor', cursor, ['batchSize']);
      const stages = listField(command, 'pipeline');
      // The collection evaluates a leading $match, because it can use an index.
      const { $match, ...others } = stages[0] ?? {};
      const isLookUp = isDocument($match) && Object.keys(others).length === 0;
      const { documents } = find(isLookUp ? $match : {});
      const results = runPipeline(documents, isLookUp ? stages.slice(1) : stages);
      return context.cursors.open(namespace, results, countField(cursor, 'batchSize', FIRST_BATCH));
    },
  },
};
