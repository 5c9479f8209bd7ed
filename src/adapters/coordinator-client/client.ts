import { z } from 'zod';
import { AppError } from '../../domain/errors.ts';
import { type Coordinator, type Dialect } from '../../ports/fleet/client.ts';
import { createCorpDialect } from './corp-dialect.ts';
import { createExchange, parseAnswer, shownUrl, type ExchangeDeps } from './http-client.ts';
import { createPythonDialect, STATUS, statusAnswer, type PythonDialectOptions } from './python-dialect.ts';

export interface CoordinatorClientOptions extends ExchangeDeps, PythonDialectOptions {
  /** Shown to a coordinator of ours, and to no other. */
  readonly token?: string | undefined;
}

const RECOGNITION = '/api/corp';
const PROTOCOL = 1;
const recognition = z.object({ server: z.literal('bittrading-corp'), protocol: z.int() });

/** The client of whichever coordinator answers at the address. It is recognised with the first request that needs it. */
export function createCoordinatorClient(options: CoordinatorClientOptions): Coordinator {
  const exchange = createExchange(options);
  const name = shownUrl(options.url);
  const unknown = (what: string): AppError =>
    new AppError('coordinator-unknown', `${name} ${what}`, { advice: 'Correct COORDINATOR_URL' });

  async function recognise(): Promise<Dialect> {
    const ours = await exchange.again(RECOGNITION, { method: 'GET' });
    const said = 'json' in ours.body ? recognition.safeParse(ours.body.json) : undefined;
    if (ours.status === 200 && said?.success) {
      if (said.data.protocol === PROTOCOL) return 'corp';
      throw unknown(`speaks protocol ${said.data.protocol} of ours; this version speaks ${PROTOCOL}`);
    }
    if (ours.status !== 404) throw unknown(`is no coordinator: ${RECOGNITION} answers with status ${ours.status}`);
    const status = await exchange.again(STATUS, { method: 'GET' });
    if (status.status !== 200) throw unknown(`is no coordinator: ${STATUS} answers with status ${status.status}`);
    parseAnswer(STATUS, statusAnswer, status.body);
    return 'python';
  }

  const dialects = {
    corp: createCorpDialect(exchange, options.token),
    python: createPythonDialect(exchange, options.clock, options),
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
    isReachable: () => exchange.isReachable(),
  };
}
