import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';

const HOOKS = fileURLToPath(new URL('../../fixtures/typescript-hooks.mjs', import.meta.url));
const CONNECTION = new URL('../../../src/runtime/redis-connection.ts', import.meta.url).href;

/** Delays of a process before each attempt to reconnect to Redis. */
const SCRIPT = `
  const { connectRedis } = await import(${JSON.stringify(CONNECTION)});
  const log = { debug() {}, info() {}, warn() {}, error() {} };
  const { connection, close } = connectRedis('redis://127.0.0.1:1', 'patient', log);
  const { retryStrategy } = connection.options;
  close();
  console.log(JSON.stringify([1, 2, 3, 4, 5, 6, 7, 8].map((times) => retryStrategy(times))));
`;

async function delaysOfOneProcess(): Promise<readonly number[]> {
  const args = ['--import', HOOKS, '--input-type=module', '--eval', SCRIPT];
  const { stdout } = await promisify(execFile)(process.execPath, args, { encoding: 'utf8' });
  return JSON.parse(stdout) as readonly number[];
}

it('processes that lost Redis together do not reconnect together', async () => {
  const processes = await Promise.all([delaysOfOneProcess(), delaysOfOneProcess(), delaysOfOneProcess()]);
  for (const [attempt] of processes[0].entries()) {
    const delays = processes.map((of) => of[attempt]!);
    const bound = Math.min(3000, 200 * 2 ** attempt);
    expect(new Set(delays).size, `attempt ${attempt + 1}: ${delays.join(', ')} ms`).toBe(3);
    for (const delay of delays) expect(delay).toBeLessThanOrEqual(bound);
    expect(Math.min(...delays)).toBeGreaterThanOrEqual(bound / 2);
  }
});
