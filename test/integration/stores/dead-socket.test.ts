import { channel } from 'node:diagnostics_channel';
import { type Socket } from 'node:net';
import { setImmediate as nextRound } from 'node:timers/promises';
import { type Connection } from 'mongoose';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { retrying } from '../../../src/adapters/mongo/retry.ts';
import { openTemporaryStore, type TemporaryStore } from './temporary-store.ts';

// Bug: after a partial write the driver waits for `drain`, but a socket that closes then emits only `close`.

const sockets = new Set<Socket>();
const noteSocket = (message: unknown): void => {
  const { socket } = message as { socket: Socket };
  sockets.add(socket);
  socket.once('close', () => sockets.delete(socket));
};

let store: TemporaryStore;
let connection: Connection;
beforeAll(async () => {
  channel('net.client.socket').subscribe(noteSocket);
  store = await openTemporaryStore();
  connection = await store.connect();
});
afterAll(async () => {
  channel('net.client.socket').unsubscribe(noteSocket);
  await store?.close();
});

const things = () => connection.getClient().db('dead-socket').collection<{ _id: number; text: string }>('things');
const cut = (): void => {
  expect(sockets.size).toBeGreaterThan(0);
  for (const socket of sockets) socket.destroy();
};

beforeEach(async () => {
  await retrying(() => things().findOne({}));
});

it('a command on a dead socket whose `close` event is still pending is retried', async () => {
  // The driver gets the event in a later turn of the event loop, after it has written the command.
  cut();
  expect(await retrying(() => things().findOne({ _id: 1 }))).toBeNull();
});

it('a command too large for one write fails with its socket, and is retried', async () => {
  const thing = { _id: 2, text: 'x'.repeat(12_000_000) };
  let attempts = 0;
  const written = retrying(async () => {
    attempts += 1;
    return things().replaceOne({ _id: 2 }, thing, { upsert: true });
  });
  while (![...sockets].some(({ writableNeedDrain }) => writableNeedDrain)) await nextRound();
  cut();
  await written;
  expect(attempts).toBe(2);
  expect(await things().countDocuments({ _id: 2 })).toBe(1);
});
