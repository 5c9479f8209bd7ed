import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { connect, startForTest, temporaryDirectory } from '../../fixtures/services/workspace.ts';

// Port 1 is reserved; no program listens on it.
const nobody = '127.0.0.1:1';

it('uses the URLs it is given, owns nothing and stops nothing', async () => {
  const { services: given } = await startForTest(temporaryDirectory());
  const directory = temporaryDirectory();
  const { services } = await startForTest(directory, { redisUrl: given.redis.url, mongoUrl: given.mongo.url });
  expect(services.redis).toEqual({ url: given.redis.url, kind: 'external', pid: undefined });
  expect(services.mongo.kind).toBe('external');
  expect(existsSync(join(directory, 'lock'))).toBe(false);
  await services.close();
  expect(await connect(given.redis.url).ping()).toBe('PONG');
});

it.each([
  [
    'redisUrl',
    `redis://me:s3cret@${nobody}`,
    'redis-unreachable',
    /^Redis at redis:\/\/\*\*\*@127\.0\.0\.1:1 does not answer: .*ECONNREFUSED/,
  ],
  ['redisUrl', 'http://me:s3cret@localhost', 'redis-url-invalid', /"http:\/\/\*\*\*@localhost" is not a redis:\/\//],
  [
    'mongoUrl',
    `mongodb://me:s3cret@${nobody}/?serverSelectionTimeoutMS=1`,
    'mongo-unreachable',
    /^MongoDB at mongodb:\/\/\*\*\*@127/,
  ],
  [
    'mongoUrl',
    'mongo://me:s3cret@localhost',
    'mongo-url-invalid',
    /^MongoDB: "mongo:\/\/\*\*\*@localhost" is not usable/,
  ],
])('explains a %s that does not work: %s', async (option, url, code, message) => {
  const error: unknown = await startForTest(temporaryDirectory(), { [option]: url }).catch((reason: unknown) => reason);
  expect(error).toMatchObject({ code, message: expect.stringMatching(message) as string });
  expect(String(error)).not.toMatch(/s3cret|\n/);
});

it('distinguishes a refused login from a server that does not answer', async () => {
  const { services } = await startForTest(temporaryDirectory());
  const wrong = services.redis.url.replace(/:\w+@/, ':s3cret@');
  const error: unknown = await startForTest(temporaryDirectory(), { redisUrl: wrong }).catch(
    (reason: unknown) => reason,
  );
  expect(error).toMatchObject({ code: 'redis-login-refused' });
  expect(JSON.stringify(error) + String(error)).not.toContain('s3cret');
});
