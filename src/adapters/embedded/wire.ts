import { deserialize, type Document, serialize } from 'bson';
import { type BsonDocument } from './bson-value.ts';

/**
 * MongoDB's wire protocol, as far as one driver needs it: OP_MSG, and OP_QUERY for the first hello. Every message is a header of
 * four little-endian i32 (length, request id, id it responds to, opcode) and a body.
 */
const OP_REPLY = 1;
const OP_QUERY = 2004;
const OP_MSG = 2013;
const HEADER = 16;
export const LARGEST_MESSAGE = 48_000_000;

const CHECKSUM_PRESENT = 1;
const MORE_TO_COME = 2;
/** The lower 16 flag bits must be understood; the upper ones may be ignored. */
const UNKNOWN_REQUIRED_FLAGS = 0xffff & ~(CHECKSUM_PRESENT | MORE_TO_COME);

export interface Request {
  readonly command: BsonDocument;
  /** Gives the bytes that answer this request, or nothing when the client asked for no answer. */
  encode(reply: BsonDocument): Buffer | undefined;
}

/** A client that does not speak the protocol: its connection is closed. */
export class WireError extends Error {
  override readonly name = 'WireError';
}

/** Collects pieces of a stream and hands out whole messages. */
export function createMessageReader(onMessage: (message: Buffer) => void): (piece: Buffer) => void {
  let pieces: Buffer[] = [];
  let buffered = 0;
  let wanted = HEADER;
  return (piece) => {
    pieces.push(piece);
    buffered += piece.length;
    if (buffered < wanted) return;
    let rest: Buffer = pieces.length === 1 ? piece : Buffer.concat(pieces);
    for (wanted = messageLength(rest); rest.length >= wanted; wanted = messageLength(rest)) {
      onMessage(rest.subarray(0, wanted));
      rest = rest.subarray(wanted);
    }
    pieces = rest.length > 0 ? [rest] : [];
    buffered = rest.length;
  };
}

export function parseRequest(message: Buffer): Request {
  const requestId = message.readInt32LE(4);
  const opcode = message.readInt32LE(12);
  const body = message.subarray(HEADER);
  if (opcode === OP_QUERY) return { command: parseQuery(body), encode: (reply) => encodeReply(reply, requestId) };
  if (opcode !== OP_MSG) throw new WireError(`unsupported opcode ${opcode}`);
  const flags = body.readUInt32LE(0);
  if (flags & UNKNOWN_REQUIRED_FLAGS) throw new WireError(`unsupported message flags ${flags}`);
  const sections = body.subarray(4, flags & CHECKSUM_PRESENT ? -4 : undefined);
  return {
    command: parseSections(sections),
    encode: (reply) => (flags & MORE_TO_COME ? undefined : encodeMessage(reply, requestId)),
  };
}

function messageLength(bytes: Buffer): number {
  if (bytes.length < 4) return HEADER;
  const length = bytes.readInt32LE(0);
  if (length <= HEADER || length > LARGEST_MESSAGE + HEADER) throw new WireError(`impossible message length ${length}`);
  return length;
}

/** Kind 0 is the command itself; kind 1 is a list that belongs into it under the section's name. */
function parseSections(sections: Buffer): BsonDocument {
  let command: Document = {};
  const lists: Document = {};
  for (let at = 0; at < sections.length;) {
    const kind = sections[at];
    const size = sections.readInt32LE(at + 1);
    const section = sections.subarray(at + 1, at + 1 + size);
    if (size < 5 || section.length < size) throw new WireError(`impossible section size ${size}`);
    if (kind === 0) command = deserialize(section);
    else if (kind === 1) {
      const end = section.indexOf(0, 4);
      lists[section.toString('utf8', 4, end)] = documentsIn(section.subarray(end + 1));
    } else throw new WireError(`unsupported section kind ${kind}`);
    at += 1 + size;
  }
  return { ...command, ...lists };
}

function documentsIn(bytes: Buffer): Document[] {
  const documents: Document[] = [];
  for (let at = 0; at < bytes.length;) {
    const size = bytes.readInt32LE(at);
    if (size < 5 || at + size > bytes.length) throw new WireError(`impossible document size ${size}`);
    documents.push(deserialize(bytes.subarray(at, at + size)));
    at += size;
  }
  return documents;
}

/** flags i32, collection name, skip i32, limit i32, document */
function parseQuery(body: Buffer): BsonDocument {
  const end = body.indexOf(0, 4);
  const namespace = body.toString('utf8', 4, end);
  const command = deserialize(body.subarray(end + 9));
  return { ...command, $db: namespace.slice(0, namespace.indexOf('.')) };
}

function encodeMessage(reply: BsonDocument, requestId: number): Buffer {
  const head = Buffer.alloc(HEADER + 5);
  return framed(head, reply, requestId, OP_MSG);
}

/** flags i32, cursor i64, starting from i32, count i32, document */
function encodeReply(reply: BsonDocument, requestId: number): Buffer {
  const head = Buffer.alloc(HEADER + 20);
  head.writeInt32LE(1, HEADER + 16);
  return framed(head, reply, requestId, OP_REPLY);
}

function framed(head: Buffer, reply: BsonDocument, requestId: number, opcode: number): Buffer {
  const document = serialize(reply, { ignoreUndefined: true });
  head.writeInt32LE(head.length + document.length, 0);
  head.writeInt32LE(requestId, 8);
  head.writeInt32LE(opcode, 12);
  return Buffer.concat([head, document]);
}
