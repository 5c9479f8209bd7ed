import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { DELAY_MS, openLink, type Link } from './link.ts';

/** Long enough for what a test does meanwhile. */
const FOR_MS = 600;

/** Answers each message with itself, and notes what arrived. */
const arrived: string[] = [];
const echo = createServer((socket) => {
  socket.on('error', () => undefined);
  socket.on('data', (bytes) => {
    arrived.push(String(bytes));
    socket.write(bytes);
  });
});
let link: Link;
let client: Socket;

async function ask(message: string): Promise<string> {
  client.write(message);
  const [answer] = (await once(client, 'data')) as [Buffer];
  return String(answer);
}

beforeEach(async () => {
  arrived.length = 0;
  echo.listen(0, '127.0.0.1');
  await once(echo, 'listening');
  link = await openLink((echo.address() as AddressInfo).port);
  client = connect(link.port, '127.0.0.1');
  await once(client, 'connect');
  expect(await ask('before')).toBe('before');
});

afterEach(async () => {
  client.destroy();
  await link.close();
  echo.close();
  await once(echo, 'close');
});

it('cut ends connections and refuses new ones until it is over', async () => {
  const closed = once(client, 'close');
  const over = link.trouble('cut', FOR_MS);
  await closed;
  const refused = connect(link.port, '127.0.0.1');
  await expect(once(refused, 'close').then(() => once(refused, 'data'))).rejects.toThrow(/ECONNRESET/);
  await over;
  client = connect(link.port, '127.0.0.1');
  expect(await ask('after')).toBe('after');
});

it('hold passes nothing on, and everything when it is over', async () => {
  let isOver = false;
  const over = link.trouble('hold', FOR_MS).then(() => (isOver = true));
  expect(await ask('held')).toBe('held');
  expect(isOver).toBe(true);
  await over;
});

it('delay passes everything on late, and in its order', async () => {
  let answers = '';
  let isLate = false;
  client.on('data', (bytes) => {
    isLate = performance.now() - startedAt >= 2 * DELAY_MS;
    answers += String(bytes);
  });
  const over = link.trouble('delay', FOR_MS);
  const startedAt = performance.now();
  client.write('1');
  await expect.poll(() => arrived).toContain('1');
  // The delay of the answer to the first may still last when that to the second has none.
  client.write('2');
  await over;
  client.write('3');
  await expect.poll(() => answers).toBe('123');
  expect(isLate).toBe(true);
});

it('lose-answers lets requests through, drops the answers, and ends the connection', async () => {
  const seen: string[] = [];
  client.on('data', (bytes) => seen.push(String(bytes)));
  const closed = once(client, 'close');
  const over = link.trouble('lose-answers', FOR_MS);
  client.write('request');
  await closed;
  await over;
  expect(arrived).toEqual(['before', 'request']);
  expect(seen).toEqual([]);
});
