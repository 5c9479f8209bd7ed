import { type BsonDocument, isDocument } from './bson-value.ts';
import { type Catalog } from './catalog.ts';
import { type Collection } from './collection.ts';
import { type Cursors } from './cursors.ts';
import { refuse } from './store-error.ts';

export interface CommandContext {
  readonly catalog: Catalog;
  readonly cursors: Cursors;
  readonly database: string;
}

/** Commands run synchronously: each is atomic and isolated from the others. */
export interface Command {
  /** Accepted fields besides the command name; any other is refused. `*` accepts every field. */
  readonly fields: readonly string[];
  run(command: BsonDocument, context: CommandContext): BsonDocument;
}

export type CommandTable = Readonly<Record<string, Command>>;

export function collectionOf(name: unknown, { catalog, database }: CommandContext): Collection {
  return catalog.get(`${database}.${typeof name === 'string' ? name : ''}`);
}

/** Refuses fields outside `known`, except those set to false or null. @throws StoreError `InvalidOptions` */
export function assertKnown(what: string, fields: BsonDocument, known: readonly string[]): void {
  const isSet = (field: string): boolean => (fields[field] ?? false) !== false;
  const unknown = Object.keys(fields).find((field) => !known.includes(field) && isSet(field));
  if (unknown === undefined) return;
  refuse('InvalidOptions', `${what}: the option '${unknown}' is not supported by the embedded store`);
}

export function documentField(command: BsonDocument, field: string): BsonDocument {
  const value = command[field] ?? {};
  return isDocument(value) ? value : refuse('TypeMismatch', `'${field}' must be a document`);
}

export function listField(command: BsonDocument, field: string): BsonDocument[] {
  const value = command[field];
  return Array.isArray(value) && value.every(isDocument)
    ? value
    : refuse('TypeMismatch', `'${field}' must be a list of documents`);
}

/** A limit, skip or batch size; `otherwise` when it is missing or 0. */
export function countField(command: BsonDocument, field: string, otherwise: number): number {
  const value = command[field] ?? 0;
  if (!Number.isInteger(value) || Number(value) < 0) refuse('BadValue', `'${field}' must be a whole number`);
  return Number(value) || otherwise;
}
