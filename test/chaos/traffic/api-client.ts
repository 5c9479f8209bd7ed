import { setTimeout as delay } from 'node:timers/promises';
import { type Story } from '../story.ts';

/** A program that reads all the time, and adds a job now and then. */
export interface ApiClient {
  /** Answers by status; 0: none came. */
  readonly answers: ReadonlyMap<number, number>;
  stop(): Promise<void>;
}

const PATHS = [
  ...['/api/risk', '/api/orders', '/api/positions', '/api/trades', '/api/queues', '/api/nodes', '/api/cycles'],
  ...['/metrics', '/ready', '/health', '/api/alerts', '/api/audit', '/api/portfolio'],
];
const EVERY_MS = 300;
const WITHIN_MS = 15_000;
/** Requests between two jobs. */
const JOB_EVERY = 20;
/** Done; there; refused because Redis or the store is away; and no answer at all. */
const ALLOWED = new Set([200, 202, 503, 0]);

export function startApiClient(url: string, story: Story): ApiClient {
  const answers = new Map<number, number>();
  let isRunning = true;

  const ask = async (path: string, body?: object): Promise<void> => {
    let status = 0;
    let text = '';
    try {
      const response = await fetch(`${url}${path}`, {
        signal: AbortSignal.timeout(WITHIN_MS),
        ...(body && {
          method: 'POST',
          body: JSON.stringify(body),
          headers: { 'content-type': 'application/json' },
        }),
      });
      ({ status } = response);
      text = await response.text();
    } catch {
      status = 0;
    }
    answers.set(status, (answers.get(status) ?? 0) + 1);
    if (!ALLOWED.has(status)) story.violate('api', `${path} answered ${status}: ${text.slice(0, 300)}`);
  };
  const running = (async () => {
    for (let n = 0; isRunning; n += 1) {
      await ask(PATHS[n % PATHS.length]!);
      if (n % JOB_EVERY === JOB_EVERY - 1)
        await ask('/api/jobs/worker-manager', { name: 'census', data: {}, jobId: `chaos-${n}` });
      await delay(EVERY_MS);
    }
  })();
  return {
    answers,
    async stop() {
      isRunning = false;
      await running;
    },
  };
}
