import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';

export interface LossyProxy {
  readonly url: string;
  /** Forwards the next of these commands to the server, but breaks the connection before the answer. */
  loseAnswerTo(command: 'insert' | 'update' | 'findAndModify'): void;
  /** Number of lost answers so far. */
  lost(): number;
  close(): Promise<void>;
}

/** A proxy between a driver and a MongoDB-compatible server, on loopback. */
export async function startLossyProxy(serverPort: number): Promise<LossyProxy> {
  const sockets = new Set<Socket>();
  let armed: Buffer | undefined;
  let lost = 0;

  const server = createServer((client) => {
    const upstream = connect(serverPort, '127.0.0.1');
    let losing = false;
    for (const socket of [client, upstream]) {
      sockets.add(socket);
      socket.on('error', () => {});
      socket.on('close', () => {
        sockets.delete(socket);
        client.destroy();
        upstream.destroy();
      });
    }
    client.on('data', (request) => {
      if (armed && request.includes(armed)) {
        armed = undefined;
        losing = true;
      }
      upstream.write(request);
    });
    upstream.on('data', (answer) => {
      if (!losing) {
        client.write(answer);
        return;
      }
      lost += 1;
      client.destroy();
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');

  return {
    url: `mongodb://127.0.0.1:${(server.address() as AddressInfo).port}/?directConnection=true`,
    loseAnswerTo(command) {
      // A command is a BSON document whose first element is a string (type 2) named after it.
      armed = Buffer.from(`\x02${command}\x00`, 'latin1');
    },
    lost: () => lost,
    async close() {
      const closed = once(server, 'close');
      server.close();
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
}
