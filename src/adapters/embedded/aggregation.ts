import { Aggregator } from 'mingo/aggregator';
import { Context, ProcessingMode } from 'mingo/core';
import { Lazy, type Iterator } from 'mingo/lazy';
import * as accumulators from 'mingo/operators/accumulator';
import * as stages from 'mingo/operators/pipeline';
import { type BsonDocument, isDocument } from './bson-value.ts';
import { expressionOperators, queryOperators } from './query.ts';
import { sortDocuments } from './sort.ts';
import { refuse } from './store-error.ts';

/** mingo groups equal sort keys by its own comparison; ours is MongoDB's. */
const $sort = (input: Iterator, specification: unknown, _options: unknown): Iterator =>
  input.transform((documents: unknown[]) => Lazy(sortDocuments(documents, specification, (document) => document)));

const { $accumulator: _accumulator, ...accumulatorOperators } = accumulators;
const { $match, $group, $limit, $skip, $project, $count, $unwind, $set, $addFields, $unset } = stages;
const { $replaceRoot, $replaceWith, $sortByCount, $bucket, $facet } = stages;
const context = Context.init({
  pipeline: {
    ...{ $match, $group, $limit, $skip, $project, $count, $unwind, $set, $addFields, $unset },
    ...{ $replaceRoot, $replaceWith, $sortByCount, $bucket, $facet, $sort },
  },
  query: queryOperators,
  expression: expressionOperators,
  accumulator: accumulatorOperators,
});

/** A leading $match, so that the collection can answer it from an index, and the stages after it. */
export function splitPipeline(pipeline: unknown): { filter: BsonDocument; stages: BsonDocument[] } {
  if (!Array.isArray(pipeline) || !pipeline.every(isDocument))
    refuse('TypeMismatch', 'a pipeline must be an array of documents');
  const [first, ...rest] = pipeline;
  const filter = first?.['$match'];
  return isDocument(filter) ? { filter, stages: rest } : { filter: {}, stages: pipeline };
}

/** Stages that only read; mingo's others write into nested documents and are given copies. */
const READING = new Set(['$match', '$group', '$sort', '$limit', '$skip', '$count', '$sortByCount']);

export function aggregate(documents: readonly BsonDocument[], pipeline: BsonDocument[]): BsonDocument[] {
  const onlyReads = pipeline.every((stage) => Object.keys(stage).every((name) => READING.has(name)));
  const processingMode = onlyReads ? ProcessingMode.CLONE_OFF : ProcessingMode.CLONE_INPUT;
  return new Aggregator(pipeline, { context, scriptEnabled: false, processingMode }).run(documents);
}
