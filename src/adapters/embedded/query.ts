import { Context } from 'mingo/core';
import * as expressions from 'mingo/operators/expression';
import { $and, $elemMatch, $expr, $mod, $nor, $not, $or, $size } from 'mingo/operators/query';
import { Query } from 'mingo/query';
import { type BsonDocument, bsonType, compareValues, isDocument } from './bson-value.ts';
import { type Path, pathOf, valuesAt } from './path.ts';
import { refuse } from './store-error.ts';

type Test = (document: unknown) => boolean;
type Operator = (selector: string, operand: unknown, options?: unknown) => Test;

/**
 * mingo brings the query language; comparison is ours, because mingo compares binary data as text, orders types its own way and
 * lets regular expressions keep state between documents. What is not registered here is refused by mingo by name.
 */
const leaf =
  (compile: (operand: unknown, path: Path) => (value: unknown) => boolean): Operator =>
  (selector, operand) => {
    const path = pathOf(selector);
    const holds = compile(operand, path);
    return (document) => valuesAt(document, path).some(holds);
  };
const negated =
  (operator: Operator): Operator =>
  (selector, operand) => {
    const test = operator(selector, operand);
    return (document) => !test(document);
  };
const ordered = (holds: (order: number) => boolean): Operator =>
  leaf((operand) => {
    const type = bsonType(operand);
    return (value) => bsonType(value) === type && comparable(value, operand) && holds(compareValues(value, operand));
  });

const equal = leaf((operand) => (value) => compareValues(value, operand) === 0);
const among = leaf((operand) => {
  const tests = list('$in', operand).map((item) =>
    item instanceof RegExp ? matching(item) : (value: unknown) => compareValues(value, item) === 0,
  );
  return (value) => tests.some((test) => test(value));
});
const containsAll: Operator = (selector, operand) => {
  const tests = list('$all', operand).map((item) => {
    if (isOperatorDocument(item)) refuse('BadValue', 'the embedded store does not support operators inside $all');
    return equal(selector, item);
  });
  return (document) => tests.length > 0 && tests.every((test) => test(document));
};
const exists: Operator = (selector, operand) => {
  const path = pathOf(selector);
  return (document) => valuesAt(document, path).some((value) => value !== undefined) === Boolean(operand);
};
const hasType = leaf((operand) => {
  const wanted = new Set(Array.isArray(operand) ? operand : [operand]);
  for (const name of wanted)
    if (!TYPE_NAMES.has(name as string)) refuse('BadValue', `$type: unknown type name ${String(name)}`);
  return (value) => value !== undefined && wanted.has(bsonType(value));
});
const TYPE_NAMES = new Set(['null', 'number', 'string', 'object', 'array', 'binData', 'objectId', 'bool', 'date']);
const regex = leaf((operand) => matching(operand instanceof RegExp ? operand : new RegExp(String(operand))));

/** Operators for filters; also used by aggregation, so that $match means the same as find. */
export const queryOperators = {
  ...{ $and, $or, $nor, $not, $expr, $elemMatch, $size, $mod },
  ...{ $eq: equal, $ne: negated(equal), $in: among, $nin: negated(among), $all: containsAll },
  $gt: ordered((order) => order > 0),
  $gte: ordered((order) => order >= 0),
  $lt: ordered((order) => order < 0),
  $lte: ordered((order) => order <= 0),
  ...{ $exists: exists, $type: hasType, $regex: regex },
};
/** Code sent as text is never run. */
export const { $function: _function, ...expressionOperators } = expressions;
const context = Context.init({ query: queryOperators, expression: expressionOperators });

export function compileFilter(filter: unknown): Test {
  if (!isDocument(filter)) refuse('TypeMismatch', 'a filter must be a document');
  if (Object.keys(filter).length === 0) return () => true;
  const query = new Query(filter, { context, scriptEnabled: false });
  return (document) => query.test(document as BsonDocument);
}

/** Values that a field must equal (one of) for the filter to match; what index look-ups start from. */
export function equalities(filter: BsonDocument): Map<string, readonly unknown[]> {
  const found = new Map<string, readonly unknown[]>();
  for (const [field, condition] of Object.entries(filter)) {
    if (field === '$and' && Array.isArray(condition)) {
      for (const part of condition)
        if (isDocument(part)) equalities(part).forEach((values, name) => found.set(name, values));
    } else if (!field.startsWith('$')) {
      const values = equalTo(condition);
      if (values !== undefined) found.set(field, values);
    }
  }
  return found;
}

export function isOperatorDocument(value: unknown): value is BsonDocument {
  return isDocument(value) && Object.keys(value).some((key) => key.startsWith('$'));
}

function equalTo(condition: unknown): readonly unknown[] | undefined {
  if (condition instanceof RegExp) return undefined;
  if (!isOperatorDocument(condition)) return [condition];
  if ('$eq' in condition) return [condition['$eq']];
  const choices = condition['$in'];
  return Array.isArray(choices) && !choices.some((item) => item instanceof RegExp) ? choices : undefined;
}

function list(operator: string, operand: unknown): unknown[] {
  return Array.isArray(operand) ? operand : refuse('BadValue', `${operator} needs an array`);
}

function comparable(a: unknown, b: unknown): boolean {
  return Number.isNaN(a) === Number.isNaN(b);
}

/** The bson codec maps the option s to JavaScript's g, which would make the expression remember where it stopped. */
function matching(expression: RegExp): (value: unknown) => boolean {
  const stateless = new RegExp(expression.source, expression.flags.replace('g', 's'));
  return (value) => typeof value === 'string' && stateless.test(value);
}
