import { AppError } from '../../domain/errors.ts';
import { type Coordinator, type Dialect } from '../../ports/fleet/client.ts';
import { createCorpDialect } from './corp-dialect.ts';
import { createHttpClient, parseAnswer, redactedUrl, type HttpClientDeps } from './http-client.ts';
import { createProbe } from './probe.ts';
import { PROTOCOL, RECOGNITION, recognition } from './recognition.ts';
import { createPythonDialect, STATUS, statusAnswer, type PythonDialectOptions } from './python-dialect.ts';

export interface CoordinatorClientOptions extends HttpClientDeps, PythonDialectOptions {
  /** Sent only to a Bittrading Corp coordinator. */
  readonly token?: string | undefined;
}

/**
 * Client of the coordinator at the address, of either type (Bittrading Corp or Python). The first request that depends
 * on the type detects it. @throws AppError `coordinator-unknown`, `coordinator-away`
 */
export function createCoordinatorClient(options: CoordinatorClientOptions): Coordinator {
  const http = createHttpClient(options);
  const name = redactedUrl(options.url);
  const unknown = (what: string): AppError =>
    new AppError('coordinator-unknown', `${name} ${what}`, { advice: 'Correct COORDINATOR_URL' });

  async function recognise(): Promise<Dialect> {
    const ours = await http.again(RECOGNITION, { method: 'GET' });
    const recognised = 'json' in ours.body ? recognition.safeParse(ours.body.json) : undefined;
    if (ours.status === 200 && recognised?.success) {
      if (recognised.data.protocol === PROTOCOL) return 'corp';
      throw unknown(
        `uses coordinator protocol ${recognised.data.protocol}; this version supports protocol ${PROTOCOL}`,
      );
    }
    if (ours.status !== 404) throw unknown(`is not a coordinator: ${RECOGNITION} answers with status ${ours.status}`);
    const status = await http.again(STATUS, { method: 'GET' });
    if (status.status !== 200) throw unknown(`is not a coordinator: ${STATUS} answers with status ${status.status}`);
    parseAnswer(STATUS, statusAnswer, status.body);
    return 'python';
  }

  const dialects = {
    corp: createCorpDialect(http, options.token),
    python: createPythonDialect(http, options.clock, options),
  } as const;
  let known: Promise<Dialect> | null = null;
  async function current(): Promise<(typeof dialects)[Dialect]> {
    known ??= recognise();
    try {
      return dialects[await known];
    } catch (error) {
      known = null;
      throw error;
    }
  }

  return {
    bookmark: async () => (await current()).bookmark(),
    create: async (order) => (await current()).create(order),
    find: async (order, bookmark) => dialects[bookmark.dialect].find(order, bookmark),
    look: async (unit) => dialects[unit.bookmark.dialect].look(unit),
    cancel: async (unit) => dialects[unit.bookmark.dialect].cancel(unit),
    probe: createProbe(http, name, options.token, options.clock),
    isReachable: () => http.isReachable(),
  };
}
