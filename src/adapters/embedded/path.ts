import { type BsonDocument, isDocument } from './bson-value.ts';
import { refuse } from './store-error.ts';

export type Path = readonly string[];

const ARRAY_INDEX = /^(0|[1-9]\d*)$/;
/** MongoDB's own limit on how far an update may pad an array. */
const LONGEST_PADDING = 1_500_000;

export function pathOf(text: string): Path {
  const path = text.split('.');
  if (path.some((field) => field === '' || field === '__proto__')) refuse('BadValue', `'${text}' is not a field path`);
  return path;
}

/**
 * All values a path means in a document: through arrays of documents, and for an array at its end the array itself and each
 * of its elements. A missing field gives `undefined`.
 */
export function valuesAt(value: unknown, path: Path, depth = 0, found: unknown[] = []): unknown[] {
  const field = path[depth];
  if (field === undefined) {
    found.push(value);
    if (Array.isArray(value)) for (const element of value) found.push(element);
  } else if (Array.isArray(value)) {
    if (ARRAY_INDEX.test(field) && Number(field) < value.length) valuesAt(value[Number(field)], path, depth + 1, found);
    for (const element of value) if (isDocument(element)) valuesAt(element, path, depth, found);
  } else {
    if (isDocument(value) && Object.hasOwn(value, field)) valuesAt(value[field], path, depth + 1, found);
    else found.push(undefined);
  }
  return found;
}

/**
 * A copy of `container` in which the value at the path is what `operate` makes of it; `undefined` means absent on both sides.
 * Unchanged parts are shared, and an unchanged container is returned itself: stored documents are never written to.
 */
export function changeAt(container: unknown, path: Path, operate: (current: unknown) => unknown, depth = 0): unknown {
  const field = path[depth];
  if (field === undefined) return operate(container);
  if (Array.isArray(container) && ARRAY_INDEX.test(field)) {
    return changeElement(container, Number(field), (element) => changeAt(element, path, operate, depth + 1));
  }
  if (container !== undefined && !isDocument(container)) {
    if (operate(undefined) === undefined) return container;
    refuse('PathNotViable', `cannot create field '${field}' of '${path.join('.')}' in a value that is not a document`);
  }
  const current = container !== undefined && Object.hasOwn(container, field) ? container[field] : undefined;
  const next = changeAt(current, path, operate, depth + 1);
  if (next === current) return container;
  const copy: BsonDocument = { ...container };
  if (next === undefined) delete copy[field];
  else copy[field] = next;
  return copy;
}

function changeElement(array: readonly unknown[], index: number, change: (element: unknown) => unknown): unknown {
  const next = change(array[index]);
  if (next === array[index]) return array;
  if (index - array.length > LONGEST_PADDING)
    refuse('BadValue', `array index ${index} is too far beyond the array's end`);
  const copy = [...array];
  while (copy.length < index) copy.push(null);
  copy[index] = next ?? null;
  return copy;
}
