import { Aggregator } from 'mingo/aggregator';
import { Context } from 'mingo/core';
import { $avg, $max, $min, $sum } from 'mingo/operators/accumulator';
import { $group, $limit, $match, $project, $skip, $sort } from 'mingo/operators/pipeline';
import { $and, $eq, $exists, $gt, $gte, $in, $lt, $lte, $ne, $nin, $nor, $not, $or } from 'mingo/operators/query';
import { Query } from 'mingo/query';
import { type BsonDocument, isDocument, scalarKey, typeName } from './bson-value.ts';
import { refuse } from './store-error.ts';

/**
 * Allows comparisons with scalars only. For other values mingo deviates from MongoDB: it compares binary data as text
 * and ignores the order of fields. For scalars both agree, except that mingo orders strings by UTF-16 code unit.
 */
function checked(operator: typeof $eq): typeof $eq {
  const takesList = operator === $in || operator === $nin;
  return (field, operand, options) => {
    if (takesList && !Array.isArray(operand)) refuse('BadValue', `'${field}': $in and $nin need an array`);
    for (const value of takesList ? (operand as unknown[]) : [operand]) {
      if (scalarKey(value) !== undefined && !Number.isNaN(value)) continue;
      refuse('BadValue', `'${field}': the embedded store compares only with scalars, not with a ${typeName(value)}`);
    }
    return operator(field, operand, options);
  };
}

const comparisons = { $eq, $ne, $gt, $gte, $lt, $lte, $in, $nin };

/** mingo refuses, by name, every operator that is not registered here. */
const context = Context.init({
  query: {
    ...{ $and, $or, $nor, $not, $exists },
    ...Object.fromEntries(Object.entries(comparisons).map(([name, operator]) => [name, checked(operator)])),
  },
  pipeline: { $match, $group, $sort, $skip, $limit, $project },
  accumulator: { $sum, $avg, $min, $max },
});

export function compileFilter(filter: BsonDocument): (document: BsonDocument) => boolean {
  const pinned = pinnedFields(filter);
  if (pinned === null) return byMingo(filter);
  // An array matches when one of its items does; keys cannot express that, so mingo evaluates it.
  let whole: ((document: BsonDocument) => boolean) | undefined;
  return (document) =>
    pinned.some(([field]) => Array.isArray(document[field]))
      ? (whole ??= byMingo(filter))(document)
      : pinned.every(([field, keys]) => keys.has(scalarKey(document[field])));
}

function byMingo(filter: BsonDocument): (document: BsonDocument) => boolean {
  const query = new Query(filter, { context, scriptEnabled: false });
  return (document) => query.test(document);
}

/** For each field the allowed keys (`scalarKey`); null when the filter cannot be expressed like that. */
function pinnedFields(filter: BsonDocument): [string, ReadonlySet<string | undefined>][] | null {
  const fields: [string, ReadonlySet<string | undefined>][] = [];
  for (const [field, condition] of Object.entries(filter)) {
    const choices = /[.$]/.test(field) ? undefined : choicesOf(condition);
    if (choices === undefined) return null;
    fields.push([field, new Set(choices.map(scalarKey))]);
  }
  return fields;
}

/** The values allowed by a condition that is only an equality with a scalar or an `$in` of scalars. */
export function choicesOf(condition: unknown): readonly unknown[] | undefined {
  let choices: unknown = [condition];
  if (isDocument(condition)) {
    const [[operator, operand] = [], ...others] = Object.entries(condition);
    if (others.length > 0) return undefined;
    choices = operator === '$eq' ? [operand] : operator === '$in' ? operand : undefined;
  }
  const isKnown = (value: unknown): boolean => scalarKey(value) !== undefined && !Number.isNaN(value);
  return Array.isArray(choices) && choices.every(isKnown) ? choices : undefined;
}

/** Runs the stages of an aggregation or of a find. The results may share objects with the given documents. */
export function runPipeline(documents: readonly BsonDocument[], stages: BsonDocument[]): BsonDocument[] {
  for (const { $sort: order, $project: projection } of stages) {
    if (order !== undefined) assertNumbers('$sort', order, [1, -1]);
    if (projection !== undefined) assertNumbers('$project', projection, [0, 1]);
  }
  return new Aggregator(stages, { context, scriptEnabled: false }).run(documents);
}

/**
 * Refuses other numbers, which mingo would interpret by guessing. Refuses nested paths, because mingo would mutate the
 * stored document to exclude a nested field.
 */
function assertNumbers(stage: '$sort' | '$project', fields: unknown, allowed: readonly number[]): void {
  if (!isDocument(fields)) refuse('TypeMismatch', `${stage} needs a document`);
  for (const [field, value] of Object.entries(fields)) {
    if (/^[^$.]+$/.test(field) && typeof value !== 'object' && allowed.includes(Number(value))) continue;
    refuse('BadValue', `${stage}: '${field}' must be a field at the top of a document, and ${allowed.join(' or ')}`);
  }
}
