import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeEntry, encodeEntry } from '../../../src/adapters/broadcast/stream-entry.ts';
import { BROADCAST_TOPICS } from '../../../src/ports/broadcaster.ts';

describe('an entry of the broadcast stream', () => {
  it('is decoded as it was published', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...BROADCAST_TOPICS),
        fc.nat(),
        fc.dictionary(
          fc.string().filter((key) => key !== '__proto__'),
          fc.jsonValue(),
        ),
        (topic, at, data) => {
          const plain = JSON.parse(JSON.stringify(data)) as Record<string, unknown>;
          expect(decodeEntry('5-0', encodeEntry({ topic, at, data: plain }))).toEqual({
            id: '5-0',
            topic,
            at,
            data: plain,
          });
        },
      ),
    );
  });

  it.each([
    ['an unknown topic', ['topic', 'gossip', 'at', '1', 'data', '{}']],
    ['no topic', ['at', '1', 'data', '{}']],
    ['an invalid time', ['topic', 'fill', 'at', 'soon', 'data', '{}']],
    ['data that is not JSON', ['topic', 'fill', 'at', '1', 'data', '{']],
    ['data that is not an object', ['topic', 'fill', 'at', '1', 'data', '[1]']],
    ['no data', ['topic', 'fill', 'at', '1']],
  ])('with %s gives an error that names it, not an exception', (_what, fields) => {
    const entry = decodeEntry('7-1', fields);
    expect(entry).toBeInstanceOf(Error);
    expect((entry as Error).message).toContain('7-1');
  });
});
