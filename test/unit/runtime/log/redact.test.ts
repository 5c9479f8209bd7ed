import { expect, it } from 'vitest';
import { redact } from '../../../../src/runtime/log/redact.ts';

it.each([
  ['redis://:p@ss@host:6379/0 is down', 'redis://***@host:6379/0 is down'],
  ['rediss://me:secret@host and mongodb+srv://you:hush@a,b', 'rediss://***@host and mongodb+srv://***@a,b'],
  ['redis://host:6379?password=secret&db=1', 'redis://host:6379?password=***&db=1'],
  ['redis://127.0.0.1:6379 mail me@example.org', 'redis://127.0.0.1:6379 mail me@example.org'],
])('takes the credentials out of %s', (text, expected) => {
  expect(redact(text)).toBe(expected);
});
