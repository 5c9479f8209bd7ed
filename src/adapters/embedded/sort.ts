import { type BsonDocument, compareValues, isDocument } from './bson-value.ts';
import { type Path, pathOf, valuesAt } from './path.ts';
import { refuse } from './store-error.ts';

/** Documents in the order of a sort specification such as `{ score: -1, name: 1 }`; equal ones keep their order. */
export function sortDocuments<T>(items: readonly T[], specification: unknown, documentOf: (item: T) => unknown): T[] {
  if (!isDocument(specification)) refuse('TypeMismatch', 'a sort must be a document');
  const fields = Object.entries(specification).map(([field, direction]) => ({
    path: pathOf(field),
    direction: checked(field, direction),
  }));
  if (fields.length === 0) return [...items];
  const keyed = items.map((item) => ({
    item,
    keys: fields.map(({ path, direction }) => sortKey(documentOf(item), path, direction)),
  }));
  keyed.sort((a, b) => {
    for (const [i, { direction }] of fields.entries()) {
      const order = compareValues(a.keys[i], b.keys[i]);
      if (order !== 0) return order * direction;
    }
    return 0;
  });
  return keyed.map(({ item }) => item);
}

function checked(field: string, direction: unknown): 1 | -1 {
  if (field.startsWith('$') || (direction !== 1 && direction !== -1)) {
    refuse('BadValue', `sort: only field: 1 or field: -1 is supported, not '${field}'`);
  }
  return direction;
}

/** An array sorts by its lowest element when ascending, by its highest when descending. */
function sortKey(document: unknown, path: Path, direction: 1 | -1): unknown {
  const values = valuesAt(document as BsonDocument, path).filter((value) => !Array.isArray(value));
  return values.reduce((best, value) => (compareValues(value, best) * direction < 0 ? value : best), values[0]);
}
