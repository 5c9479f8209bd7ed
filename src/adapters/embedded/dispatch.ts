import { type BsonDocument } from './bson-value.ts';
import { assertKnown, type CommandContext, type CommandTable } from './command.ts';
import { readCommands } from './read-commands.ts';
import { serverCommands } from './server-commands.ts';
import { asStoreError, refuse } from './store-error.ts';
import { writeCommands } from './write-commands.ts';

const COMMANDS: CommandTable = { ...serverCommands, ...readCommands, ...writeCommands };

/**
 * Fields that every command may carry. This store always gives the strongest read and write concern: it is a single
 * server, and a reply waits until the change is synced to disk.
 */
const EVERYWHERE = ['$db', 'lsid', '$readPreference', 'readConcern', 'writeConcern'];

/** Runs one command and returns the body of its reply. An error is returned as an error reply, not thrown. */
export function dispatch(command: BsonDocument, context: Omit<CommandContext, 'database'>): BsonDocument {
  try {
    const [name = ''] = Object.keys(command);
    const entry = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;
    if (entry === undefined) refuse('CommandNotFound', `no such command: '${name}' (embedded store)`);
    if (command['txnNumber'] !== undefined) {
      refuse('CommandNotSupported', 'the embedded store is a single server: no transactions, no retryable writes');
    }
    if (!entry.fields.includes('*')) assertKnown(name, command, [name, ...EVERYWHERE, ...entry.fields]);
    const database = command['$db'];
    if (typeof database !== 'string') refuse('InvalidNamespace', 'the command names no database');
    return { ...entry.run(command, { ...context, database }), ok: 1 };
  } catch (error) {
    return errorReply(error);
  }
}

export function errorReply(error: unknown): BsonDocument {
  const { code, codeName, message, details } = asStoreError(error);
  return { ok: 0, errmsg: message, code, codeName, ...details };
}
