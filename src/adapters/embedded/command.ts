import { type BsonDocument, isDocument } from './bson-value.ts';
import { type Catalog } from './catalog.ts';
import { type Cursors } from './cursors.ts';
import { refuse } from './store-error.ts';

export interface CommandContext {
  readonly catalog: Catalog;
  readonly cursors: Cursors;
  readonly database: string;
  readonly now: () => Date;
}

/** Commands run to their end without a pause: each is atomic, and none sees another's half. */
export interface Command {
  /** The fields it understands besides its own name; any other is refused. `*` takes everything. */
  readonly fields: readonly string[];
  run(command: BsonDocument, context: CommandContext): BsonDocument;
}

export type CommandTable = Readonly<Record<string, Command>>;

export function namespaceOf(name: unknown, { database }: CommandContext): string {
  if (typeof name !== 'string' || name === '') refuse('InvalidNamespace', 'the command needs the name of a collection');
  return `${database}.${name}`;
}

/** Refuses fields outside `known`. A field that is switched off (false, null) asks for nothing and passes. */
export function assertKnown(what: string, fields: BsonDocument, known: readonly string[]): void {
  for (const [field, value] of Object.entries(fields)) {
    if (known.includes(field) || value === false || value === null || value === undefined) continue;
    refuse('InvalidOptions', `${what}: the option '${field}' is not supported by the embedded store`);
  }
}

export function documentField(command: BsonDocument, field: string): BsonDocument {
  const value = command[field] ?? {};
  return isDocument(value) ? value : refuse('TypeMismatch', `'${field}' must be a document`);
}

export function listField(command: BsonDocument, field: string): BsonDocument[] {
  const value = command[field];
  if (Array.isArray(value) && value.length > 0 && value.every(isDocument)) return value;
  return refuse('TypeMismatch', `'${field}' must be a list of documents, at least one`);
}

/** A count such as limit or skip. */
export function countField(command: BsonDocument, field: string): number | undefined {
  const value = command[field];
  if (value === undefined || value === null) return undefined;
  if (typeof value === 'number' && Number.isInteger(value) && value >= 0) return value;
  return refuse('BadValue', `'${field}' must be a whole number that is not negative`);
}

export function sliceOf<T>(items: readonly T[], command: BsonDocument): readonly T[] {
  const skip = countField(command, 'skip') ?? 0;
  // A limit of 0 is no limit.
  return items.slice(skip, skip + (countField(command, 'limit') || Infinity));
}
