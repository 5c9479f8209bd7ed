import { randomInt } from 'node:crypto';
import { createServer } from 'node:net';

/**
 * Below the range from which systems take the local end of outgoing connections (Linux from 32768, macOS from 49152).
 * Inside it, a client that keeps trying a port while its service restarts can be given that very port and end up
 * connected to itself, and the service never gets it back.
 */
const FIRST = 20_000;
const LAST = 31_999;
const ATTEMPTS = 20;

/** Runs `start` with a port that was free a moment ago, again with another one as long as somebody else was faster. */
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
