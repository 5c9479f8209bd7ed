import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { type LinkTrouble } from '../plan/plan.ts';

/** A TCP proxy between one process and one service. */
export interface Link {
  readonly port: number;
  /** Makes trouble for some time: see `LinkTrouble`. */
  trouble(kind: LinkTrouble, forMs: number): Promise<void>;
  close(): Promise<void>;
}

/** Of each direction. */
export const DELAY_MS = 250;

interface Pair {
  readonly client: Socket;
  readonly server: Socket;
  /** Answers were dropped: what follows would not make sense to the client. */
  lost: boolean;
}

/** One direction of a connection: bytes leave in the order in which they came, however long each is delayed. */
function forward(from: Socket, to: Socket, waitMs: () => number, dropped: () => boolean): void {
  let last: Promise<unknown> = Promise.resolve();
  from.on('data', (bytes: Buffer) => {
    if (dropped()) return;
    const waited = waitMs() > 0 ? delay(waitMs()) : null;
    last = Promise.all([last, waited]).then(() => to.writable && to.write(bytes));
  });
  from.on('error', () => undefined);
  from.on('close', () => {
    last.then(
      () => to.destroy(),
      () => to.destroy(),
    );
  });
}

/**
 * `cut` ends all connections and refuses new ones. `hold` keeps them, and passes nothing on until it is over. `delay` passes
 * everything on late. `lose-answers` passes requests on and drops the answers, and cuts those connections at its end: the
 * client cannot know what was carried out.
 */
export async function openLink(targetPort: number): Promise<Link> {
  const pairs = new Set<Pair>();
  let now: LinkTrouble | null = null;

  const hold = ({ client, server }: Pair): void => {
    client.pause();
    server.pause();
  };
  const end = ({ client, server }: Pair): void => {
    client.destroy();
    server.destroy();
  };
  const listener = createServer((client) => {
    if (now === 'cut') {
      client.resetAndDestroy();
      return;
    }
    const server = connect(targetPort, '127.0.0.1');
    const pair: Pair = { client, server, lost: false };
    pairs.add(pair);
    const waitMs = (): number => (now === 'delay' ? DELAY_MS : 0);
    forward(client, server, waitMs, () => false);
    forward(server, client, waitMs, () => {
      if (now === 'lose-answers') pair.lost = true;
      return pair.lost;
    });
    client.on('close', () => pairs.delete(pair));
    if (now === 'hold') hold(pair);
  }).listen(0, '127.0.0.1');
  await once(listener, 'listening');

  return {
    port: (listener.address() as AddressInfo).port,
    async trouble(kind, forMs) {
      now = kind;
      if (kind === 'cut') for (const pair of pairs) end(pair);
      if (kind === 'hold') for (const pair of pairs) hold(pair);
      await delay(forMs);
      now = null;
      for (const pair of pairs) {
        if (pair.lost) end(pair);
        pair.client.resume();
        pair.server.resume();
      }
    },
    async close() {
      for (const pair of pairs) end(pair);
      listener.close();
      await once(listener, 'close');
    },
  };
}
