import { type BsonDocument, isDocument } from './bson-value.ts';
import { refuse } from './store-error.ts';

/** Fields to keep or to drop; `true` ends a path. */
interface Tree {
  [field: string]: Tree | true;
}

/** Inclusion or exclusion by (dotted) field, as find and findAndModify take it. Operators and computed fields are refused. */
export function compileProjection(specification: unknown): (document: BsonDocument) => BsonDocument {
  if (specification === undefined) return (document) => document;
  if (!isDocument(specification)) refuse('TypeMismatch', 'a projection must be a document');
  const { _id: id, ...others } = flatten(specification);
  const choices = Object.values(others);
  if (choices.length === 0 && id === undefined) return (document) => document;
  const including = choices[0] ?? id === true;
  if (choices.some((choice) => choice !== including)) refuse('BadValue', 'a projection cannot mix inclusion and exclusion');
  const tree: Tree = {};
  for (const path of Object.keys(others)) plant(tree, path.split('.'));
  if (including === (id ?? including)) {
    if (including || id !== undefined) tree['_id'] = true;
  }
  const project = (document: BsonDocument) => (including ? keep(document, tree) : drop(document, tree)) as BsonDocument;
  if (including || id !== true) return project;
  return project;
}
