import { deserialize, serialize } from 'bson';
import { type BsonDocument } from './bson-value.ts';

/**
 * The subset of MongoDB's wire protocol that its Node driver uses: OP_MSG, and OP_QUERY for the first hello. Every
 * message is a header of four little-endian i32 (length, request id, id of the answered request, opcode) and a body.
 */
const OP_REPLY = 1;
const OP_QUERY = 2004;
const OP_MSG = 2013;
const HEADER = 16;
export const LARGEST_MESSAGE = 48_000_000;
const MORE_TO_COME = 2;
/** A server must refuse an unknown flag among the lower 16 bits; it may ignore the upper ones. */
const UNKNOWN_REQUIRED_FLAGS = 0xffff & ~MORE_TO_COME;
/** Flags i32 and a section of kind 0. */
const MSG_PREFIX = Buffer.alloc(5);
/** Flags i32, cursor i64, starting from i32, and a count i32 of one document. */
const REPLY_PREFIX = Buffer.from([...Array<number>(16).fill(0), 1, 0, 0, 0]);

export interface Request {
  readonly command: BsonDocument;
  /** Returns the bytes of the reply, or undefined when the client wants none. */
  readonly encode: (reply: BsonDocument) => Buffer | undefined;
}

/** Protocol violation by a client. It closes the connection and is not shown to users, so it has no error code. */
export class WireError extends Error {
  override readonly name = 'WireError';
}

/** Splits a byte stream into whole messages, independent of how the stream is chunked. @throws WireError */
export async function* messagesOf(stream: AsyncIterable<Buffer> | Iterable<Buffer>): AsyncGenerator<Buffer> {
  let pieces: Buffer[] = [];
  let buffered = 0;
  let wanted = HEADER;
  for await (const piece of stream) {
    pieces.push(piece);
    buffered += piece.length;
    if (buffered < wanted) continue;
    let rest = Buffer.concat(pieces);
    for (wanted = messageLength(rest); rest.length >= wanted; wanted = messageLength(rest)) {
      yield rest.subarray(0, wanted);
      rest = rest.subarray(wanted);
    }
    pieces = [rest];
    buffered = rest.length;
  }
}

function messageLength(bytes: Buffer): number {
  if (bytes.length < 4) return HEADER;
  const length = bytes.readInt32LE(0);
  if (length <= HEADER || length > LARGEST_MESSAGE + HEADER) throw new WireError(`impossible message length ${length}`);
  return length;
}

export function parseRequest(message: Buffer): Request {
  const requestId = message.readInt32LE(4);
  const opcode = message.readInt32LE(12);
  const body = message.subarray(HEADER);
  if (opcode === OP_QUERY) {
    // Flags i32, `database.$cmd` up to a zero, skip i32, limit i32, document.
    const end = body.indexOf(0, 4);
    const [database] = body.toString('utf8', 4, end).split('.');
    const command = { ...deserialize(body.subarray(end + 9)), $db: database };
    return { command, encode: (reply) => framed(OP_REPLY, REPLY_PREFIX, reply, requestId) };
  }
  if (opcode !== OP_MSG) throw new WireError(`unsupported opcode ${opcode}`);
  const flags = body.readUInt32LE(0);
  if (flags & UNKNOWN_REQUIRED_FLAGS) throw new WireError(`unsupported message flags ${flags}`);
  return {
    command: parseSections(body.subarray(4)),
    encode: (reply) => (flags & MORE_TO_COME ? undefined : framed(OP_MSG, MSG_PREFIX, reply, requestId)),
  };
}

/** Kind 0 is the command. Kind 1 (size i32, zero-terminated name, documents) is a list field of the command. */
function parseSections(sections: Buffer): BsonDocument {
  let command: BsonDocument = {};
  const lists: BsonDocument = {};
  for (let at = 0; at < sections.length;) {
    const section = sized(sections, at + 1);
    if (sections[at] === 0) command = deserialize(section);
    else if (sections[at] === 1) {
      const end = section.indexOf(0, 4);
      const documents: BsonDocument[] = [];
      for (let next = end + 1; next < section.length; next += section.readInt32LE(next)) {
        documents.push(deserialize(sized(section, next)));
      }
      lists[section.toString('utf8', 4, end)] = documents;
    } else throw new WireError(`unsupported section kind ${sections[at]}`);
    at += 1 + section.length;
  }
  return { ...command, ...lists };
}

/** The part at `at`, which begins with its own size (i32). */
function sized(bytes: Buffer, at: number): Buffer {
  const size = bytes.readInt32LE(at);
  if (size < 5 || at + size > bytes.length) throw new WireError(`impossible section size ${size}`);
  return bytes.subarray(at, at + size);
}

function framed(opcode: number, prefix: Buffer, reply: BsonDocument, requestId: number): Buffer {
  const document = serialize(reply, { ignoreUndefined: true });
  const message = Buffer.concat([Buffer.alloc(HEADER), prefix, document]);
  message.writeInt32LE(message.length, 0);
  message.writeInt32LE(requestId, 8);
  message.writeInt32LE(opcode, 12);
  return message;
}
