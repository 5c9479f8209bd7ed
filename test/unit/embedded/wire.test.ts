import { deserialize, type Document, serialize } from 'bson';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { messagesOf, parseRequest } from '../../../src/adapters/embedded/wire.ts';

function message(opcode: number, ...body: Uint8Array[]): Buffer {
  const bytes = Buffer.concat([Buffer.alloc(16), ...body]);
  bytes.writeInt32LE(bytes.length, 0);
  bytes.writeInt32LE(77, 4);
  bytes.writeInt32LE(opcode, 12);
  return bytes;
}

const int32 = (value: number): Buffer => {
  const bytes = Buffer.alloc(4);
  bytes.writeInt32LE(value);
  return bytes;
};
const kind0 = (document: Document) => Buffer.concat([Buffer.from([0]), serialize(document)]);
const kind1 = (name: string, documents: Document[]) => {
  const content = Buffer.concat([Buffer.from(`${name}\0`), ...documents.map((document) => serialize(document))]);
  return Buffer.concat([Buffer.from([1]), int32(content.length + 4), content]);
};
const command = { insert: 'things', $db: 'db' };

describe('wire protocol', () => {
  it('merges kind 1 sections into the command, in any order', () => {
    const expected = { ...command, documents: [{ a: 1 }, { b: 2 }] };
    const list = kind1('documents', [{ a: 1 }, { b: 2 }]);
    expect(parseRequest(message(2013, int32(0), kind0(command), list)).command).toEqual(expected);
    expect(parseRequest(message(2013, int32(0), list, kind0(command))).command).toEqual(expected);
  });

  it('answers an OP_MSG with the id of its request', () => {
    const reply = parseRequest(message(2013, int32(0), kind0(command))).encode({ ok: 1 });
    expect(reply?.readInt32LE(0)).toBe(reply?.length);
    expect([reply?.readInt32LE(8), reply?.readInt32LE(12)]).toEqual([77, 2013]);
    expect(deserialize(reply!.subarray(21))).toEqual({ ok: 1 });
  });

  it('does not answer a request with the flag moreToCome', () => {
    const request = parseRequest(message(2013, int32(2), kind0(command)));
    expect(request.command).toEqual(command);
    expect(request.encode({ ok: 1 })).toBeUndefined();
  });

  it('answers the first hello, an OP_QUERY, with an OP_REPLY', () => {
    const query = message(2004, int32(0), Buffer.from('admin.$cmd\0'), int32(0), int32(-1), serialize({ ismaster: 1 }));
    const request = parseRequest(query);
    expect(request.command).toEqual({ ismaster: 1, $db: 'admin' });
    const reply = request.encode({ ok: 1 })!;
    expect([reply.readInt32LE(8), reply.readInt32LE(12), reply.readInt32LE(32)]).toEqual([77, 1, 1]);
    expect(deserialize(reply.subarray(36))).toEqual({ ok: 1 });
  });

  it('returns the same messages however the stream is chunked', async () => {
    const stream = Buffer.concat([1, 2, 3].map((n) => message(2013, int32(0), kind0({ n }))));
    const cutsOf = fc.array(fc.integer({ min: 1, max: stream.length - 1 }));
    await fc.assert(
      fc.asyncProperty(cutsOf, async (cuts) => {
        const edges = [0, ...cuts.sort((a, b) => a - b), stream.length];
        const pieces = edges.slice(1).map((end, i) => stream.subarray(edges[i], end));
        const seen: unknown[] = [];
        for await (const bytes of messagesOf(pieces)) seen.push(parseRequest(bytes).command['n']);
        expect(seen).toEqual([1, 2, 3]);
      }),
    );
  });

  it.each([
    ['opcode', message(2012, int32(0))],
    ['flags', message(2013, int32(4), kind0(command))],
    ['flags', message(2013, int32(1), kind0(command), int32(0x12345678))],
    ['section kind', message(2013, int32(0), Buffer.from([9]), serialize(command))],
    ['section size', message(2013, int32(0), Buffer.from([1]), int32(1000))],
  ])('refuses an impossible %s', (what, bytes) => {
    expect(() => parseRequest(bytes)).toThrow(what);
  });

  it('refuses an impossible length at once', async () => {
    const bytes = Buffer.alloc(16);
    bytes.writeInt32LE(2_000_000_000);
    await expect(messagesOf([bytes]).next()).rejects.toThrow('length');
  });
});
