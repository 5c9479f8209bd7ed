import { once } from 'node:events';
import { createServer } from 'node:http';
import { type AddressInfo } from 'node:net';
import { expect, it } from 'vitest';
import { runWorkers } from '../../../bench/coordinator/run-workers.ts';
import { type FleetStores } from '../../../src/ports/fleet/stores.ts';

// Bug: MaxListenersExceededWarning in the bench of the coordinator, whose idle workers all wait with one abort signal.

it('many idle workers cause no listener leak warning of Node', async () => {
  const warnings: string[] = [];
  const onWarning = ({ name, message }: Error): void => void warnings.push(`${name}: ${message}`);
  process.on('warning', onWarning);
  const idle = new Set<string>();
  const server = createServer((request, response) => {
    idle.add(request.url ?? '');
    response.setHeader('content-length', 16).end('{"work_id":null}');
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const workers = Array.from({ length: 40 }, (_, i) => ({ id: `w${i}`, generation: 'root' as const }));
  const open = { pending: 1, in_progress: 0, completed: 0, failed: 0, cancelled: 0 };
  try {
    const { times } = await runWorkers({
      url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
      // Work is done when every worker has found no work and waits.
      units: { counts: async () => ({ ...open, pending: idle.size < workers.length ? 1 : 0 }) } as FleetStores['units'],
      workers,
      pids: { coordinator: undefined, store: undefined, workers: undefined },
      onProgress: () => undefined,
      stop: new AbortController().signal,
    });
    expect(times).toEqual([]);
    expect(warnings).toEqual([]);
  } finally {
    process.off('warning', onWarning);
    server.close();
  }
});
