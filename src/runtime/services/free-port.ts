import { randomInt } from 'node:crypto';
import { createServer } from 'node:net';

/**
 * Below the ephemeral ports of outgoing connections (Linux from 32768, macOS from 49152). With an ephemeral port, a client
 * that retries while its service restarts can get the same port as its local end and connect to itself; the service then
 * cannot bind it again.
 */
const FIRST = 20_000;
const LAST = 31_999;
const ATTEMPTS = 20;

/** Runs `start` with a free port; tries another one when a different process takes the port first. */
export async function withFreePort<T>(start: (port: number) => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    const port = randomInt(FIRST, LAST + 1);
    if (!(await isFree(port)) && attempt < ATTEMPTS) continue;
    try {
      return await start(port);
    } catch (error) {
      if (attempt >= ATTEMPTS || (await isFree(port))) throw error;
    }
  }
}

async function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
  });
}
