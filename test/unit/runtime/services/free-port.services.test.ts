import { once } from 'node:events';
import { createServer, type AddressInfo, type Server } from 'node:net';
import { expect, it, onTestFinished } from 'vitest';
import { withFreePort } from '../../../../src/runtime/services/free-port.ts';

async function occupy(port: number): Promise<Server> {
  const server = createServer().listen(port, '127.0.0.1');
  onTestFinished(() => void server.close());
  await once(server, 'listening');
  return server;
}

it('tries another port when another process takes the port first', async () => {
  const tried: number[] = [];
  const port = await withFreePort(async (free) => {
    tried.push(free);
    const server = await occupy(free);
    if (tried.length < 3) throw new Error('address in use');
    return (server.address() as AddressInfo).port;
  });
  expect(tried).toHaveLength(3);
  expect(port).toBe(tried[2]);
});

it('does not retry when the port is not the cause', async () => {
  let calls = 0;
  const start = withFreePort(async () => {
    calls += 1;
    throw new Error('bad configuration');
  });
  await expect(start).rejects.toThrow('bad configuration');
  expect(calls).toBe(1);
});
