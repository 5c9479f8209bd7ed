import { z } from 'zod';
import { AppError } from '../../ports/errors.ts';
import { type WorkSource } from '../../ports/work-source.ts';
import { createExchange, parseAnswer, wordsOf, type ExchangeDeps } from './exchange.ts';

const WORK = '/api/get_work';
const SUBMIT = '/api/submit_result';
const RECOGNITION = '/api/corp';

const handed = z.object({
  work_id: z.union([z.string(), z.number()]).nullish(),
  strategy_params: z.record(z.string(), z.unknown()).nullish(),
  shutdown: z.boolean().optional(),
  message: z.string().optional(),
});

export interface WorkSourceOptions extends ExchangeDeps {
  /** Shown to a coordinator of ours, and to no other. */
  readonly token?: string | undefined;
}

/** Work of the coordinator at an address, whichever it is (coordinator-protocol.md section 5). */
export function createWorkSource(options: WorkSourceOptions): WorkSource {
  const exchange = createExchange(options);
  let known: Promise<boolean> | null = null;

  async function isOurs(signal: AbortSignal): Promise<boolean> {
    known ??= exchange.again(RECOGNITION, { method: 'GET', signal }).then(({ status }) => status === 200);
    try {
      return await known;
    } catch (error) {
      known = null;
      throw error;
    }
  }

  const away = (what: string): AppError => new AppError('coordinator-away', what, { retryable: true });

  return {
    async getWork(workerId, signal) {
      const ours = await isOurs(signal);
      const query = `worker_id=${encodeURIComponent(workerId)}${ours ? '&accepts=specs' : ''}`;
      const outcome = await exchange.once(`${WORK}?${query}`, {
        method: 'GET',
        signal,
        ...(ours && { token: options.token }),
      });
      if (outcome.is !== 'answered' || outcome.status !== 200) throw away(`no work could be had: ${wordsOf(outcome)}`);
      const { work_id: workId, strategy_params: params, shutdown, message } = parseAnswer(WORK, handed, outcome.body);
      if (shutdown === true) return { is: 'shutdown', message: message ?? 'the coordinator said so' };
      // As the existing workers have it: 0 and the empty text are no work.
      if (!workId || !params) return { is: 'none' };
      return { is: 'work', workId, params };
    },

    async submit(workerId, workId, report, signal) {
      const ours = await isOurs(signal);
      const body = { ...report, work_id: workId, worker_id: workerId };
      const asked = { method: 'POST', body, signal, ...(ours && { token: options.token }) } as const;
      // The existing coordinator counts a report again that it has; ours knows it.
      const outcome = ours ? await exchange.again(SUBMIT, asked) : await exchange.once(SUBMIT, asked);
      if (outcome.is === 'answered' && outcome.status === 200) return;
      throw away(`the report on work unit ${workId} may not have arrived: ${wordsOf(outcome)}`);
    },
  };
}
