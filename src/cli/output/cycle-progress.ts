import { createRedisBroadcastReader } from '../../adapters/broadcast/redis-stream.ts';
import { type AppContext } from '../../runtime/context.ts';
import { type CliIo } from './io.ts';

export interface Progress {
  stop(): Promise<void>;
}

const PHASES = 8;

/** Shows the phases of a running cycle on standard error: an updated bar on a terminal, lines otherwise. */
export function followCycle(io: CliIo, context: AppContext, cycleId: string): Progress {
  const stopping = new AbortController();
  const reader = createRedisBroadcastReader({
    url: context.redisUrl,
    key: context.broadcastKey,
    onError: (error) => context.log.debug(error.message),
  });
  let done = 0;
  const show = (phase: string, jobs: unknown, failed: unknown): void => {
    done += 1;
    const text = `${phase}: ${String(jobs)} jobs${failed === 0 ? '' : `, ${String(failed)} failed`}`;
    if (io.isTTY) io.terminal.write(`\r\u001b[K[${'#'.repeat(done)}${'.'.repeat(Math.max(0, PHASES - done))}] ${text}`);
    else io.complain(`${done}/${PHASES} ${text}`);
  };
  const following = (async () => {
    for await (const { topic, data } of reader.follow('$', stopping.signal)) {
      if (topic === 'cycle-progress' && data['cycleId'] === cycleId && data['jobs'] !== undefined)
        show(String(data['phase']), data['jobs'], data['failed']);
    }
  })();
  return {
    async stop() {
      stopping.abort();
      await following;
      await reader.close();
      if (io.isTTY && done > 0) io.terminal.write('\r\u001b[K');
    },
  };
}
