import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { expect, it, onTestFinished } from 'vitest';
import { openLogFiles } from '../../../../src/runtime/log/log-files.ts';
import { createLogger } from '../../../../src/runtime/log/logger.ts';

/** A logger with files in a temporary directory; `close` returns what it wrote. */
function openLogger() {
  const directory = mkdtempSync(join(tmpdir(), 'corp-log-'));
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
  const terminal = new PassThrough();
  const complaints: string[] = [];
  const files = openLogFiles({
    directory,
    maxFileBytes: 1_000_000,
    keepFiles: 3,
    complain: (line) => complaints.push(line),
  });
  const log = createLogger({ level: 'debug', files, fields: { company: 'corp' }, terminal });
  const read = (channel: string): readonly Record<string, unknown>[] =>
    readdirSync(join(directory, channel)).flatMap((name) =>
      readFileSync(join(directory, channel, name), 'utf8')
        .split('\n')
        .filter((line) => line !== '')
        .map((line) => JSON.parse(line) as Record<string, unknown>),
    );
  const close = async () => {
    await log.close();
    return { read, shown: String(terminal.read() ?? ''), complaints };
  };
  return { log, close };
}

it('goes on after a password at the end of a text', async () => {
  const { log, close } = openLogger();
  log.error('no answer from redis://cache/?password=hush', { reason: 'see "mongodb://me:hush@a/?password=hush"' });
  log.info('the next line', { password: 'hush', headers: { authorization: 'Bearer hush' } });
  const { read, shown } = await close();
  expect(read('mission-control')).toMatchObject([
    { msg: 'no answer from redis://cache/?password=***', company: 'corp' },
    { msg: 'the next line', password: '***', headers: { authorization: '***' } },
  ]);
  expect(shown).toContain('corp: the next line');
  expect(shown).not.toContain('hush');
});

it('names the company and sends each agent to its folder', async () => {
  const { log, close } = openLogger();
  const company = log.child({ company: 'corp-replay' });
  company.child({ agent: 'trader' }).warn('sold');
  company.child({ agent: 'analyst' }).info('looked');
  const { read, shown } = await close();
  expect(read('trades')).toMatchObject([{ company: 'corp-replay', agent: 'trader', msg: 'sold' }]);
  expect(read('agents')).toMatchObject([{ company: 'corp-replay', agent: 'analyst' }]);
  expect(shown).toMatch(/WARN {2}corp-replay trader: sold/);
});

it.each<[string, () => Record<string, unknown>]>([
  [
    'a getter that throws',
    () => ({
      get bad(): never {
        throw new Error('no');
      },
    }),
  ],
  [
    'a nested getter that throws',
    () => ({
      a: {
        get bad(): never {
          throw new Error('no');
        },
      },
    }),
  ],
  [
    'toJSON that throws',
    () => ({
      a: {
        toJSON: () => {
          throw new Error('no');
        },
      },
    }),
  ],
  [
    'a cycle',
    () => {
      const a: Record<string, unknown> = {};
      a['a'] = a;
      return a;
    },
  ],
  ['a BigInt, a symbol, a function', () => ({ a: 1n, b: Symbol('x'), c: () => 1 })],
  ['an invalid date', () => ({ a: new Date(Number.NaN) })],
  ['a text of a megabyte', () => ({ a: 'x'.repeat(1_000_000) })],
  [
    'a revoked proxy',
    () => {
      const { proxy, revoke } = Proxy.revocable({}, {});
      revoke();
      return { a: proxy };
    },
  ],
  [
    'deep nesting',
    () => {
      let a: unknown = 1;
      for (let i = 0; i < 10_000; i += 1) a = [a];
      return { a };
    },
  ],
  ['names of its own', () => ({ level: 'x', time: 'y', msg: 'z' })],
])('survives %s', async (_name, fields) => {
  const { log, close } = openLogger();
  log.warn('strange', fields());
  log.warn('after');
  const { read, shown } = await close();
  const lines = read('mission-control');
  expect(lines.map(({ msg }) => msg)).toEqual(['strange', 'after']);
  expect(JSON.stringify(lines).length).toBeLessThan(20_000);
  expect(shown).toMatch(/WARN {2}corp: strange[^]*WARN {2}corp: after/);
});

it('keeps the message of an error', async () => {
  const { log, close } = openLogger();
  log.warn('failed', { error: Object.assign(new Error('at redis://a:b@c'), { code: 'E' }) });
  const { read } = await close();
  expect(read('mission-control')).toMatchObject([{ error: { message: 'at redis://***@c', code: 'E' } }]);
});
