import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { canonicalJson } from '../../../src/domain/identity/canonical-json.ts';
import { equalSecrets } from '../../../src/domain/identity/equal-secrets.ts';
import { hmacSha256, sha256 } from '../../../src/domain/identity/sha256.ts';

describe('sha256', () => {
  it('gives the digests of FIPS 180-4', () => {
    expect(sha256('')).toBe('e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855');
    expect(sha256('abc')).toBe('ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad');
    expect(sha256('abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq')).toBe(
      '248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1',
    );
  });

  it('hashes a text as UTF-8; a lone surrogate counts as U+FFFD', () => {
    expect(sha256('é€😀')).toBe(sha256(new TextEncoder().encode('é€😀')));
    expect(sha256('a\ud800b')).toBe(sha256('a\ufffdb'));
  });

  it('hashes the bytes of a view, not of its whole buffer', () => {
    const bytes = Uint8Array.from({ length: 200 }, (_, i) => i);
    expect(sha256(bytes.subarray(30, 130))).toBe(sha256(bytes.slice(30, 130)));
  });
});

describe('hmacSha256', () => {
  it('gives the codes of RFC 4231', () => {
    expect(hmacSha256(new Uint8Array(20).fill(0x0b), 'Hi There')).toBe(
      'b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7',
    );
    expect(hmacSha256('Jefe', 'what do ya want for nothing?')).toBe(
      '5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843',
    );
    expect(hmacSha256(new Uint8Array(131).fill(0xaa), 'Test Using Larger Than Block-Size Key - Hash Key First')).toBe(
      '60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54',
    );
  });

  it('encodes keys and messages as UTF-8', () => {
    const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
    expect(hmacSha256('clé', 'señal')).toBe(hmacSha256(bytes('clé'), bytes('señal')));
  });
});

describe('equalSecrets', () => {
  it('is true for the same text only', () => {
    expect(equalSecrets('', '')).toBe(true);
    expect(equalSecrets('abc', 'abc')).toBe(true);
    for (const other of ['', 'ab', 'abd', 'abcd', 'ABC']) expect(equalSecrets('abc', other)).toBe(false);
  });
});

describe('canonicalJson', () => {
  it('does not depend on the order of keys, on -0 or on absent fields', () => {
    expect(canonicalJson({ b: [1, -0, 1e21], a: { y: 'é"', x: null } })).toBe(
      '{"a":{"x":null,"y":"é\\""},"b":[1,0,1e+21]}',
    );
    expect(canonicalJson({ a: 1, b: undefined })).toBe(canonicalJson({ a: 1 }));
  });

  it('parses back to the same value', () => {
    fc.assert(
      fc.property(fc.jsonValue({ noUnicodeString: false }), (value) => {
        const text = canonicalJson(value);
        expect(canonicalJson(JSON.parse(text))).toBe(text);
      }),
    );
  });

  it.each([
    [{ a: { b: [NaN] } }, '$.a.b[0]'],
    [{ a: Infinity }, '$.a'],
    [{ a: () => 1 }, '$.a'],
    [{ a: new Date(0) }, '$.a'],
    [new Map(), '$'],

    [[1, , 2], '$[1]'],
  ])('refuses what JSON would change and says where: %#', (value, where) => {
    expect(() => canonicalJson(value)).toThrow(where);
  });
});
