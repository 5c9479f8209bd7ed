import { setTimeout as delay } from 'node:timers/promises';
import { type Config } from '../../../config/schema.ts';
import { AppError, hasCode, sentenceOf } from '../../domain/errors.ts';
import { type TradingMode } from '../../domain/trading-mode.ts';
import { type BrakeAnswer, type BrakeRequest } from '../../ports/brake.ts';
import { type Logger } from '../../ports/logger.ts';
import { type CompanyDescriptor } from '../../runtime/company-descriptor.ts';
import { createLogger } from '../../runtime/log/logger.ts';
import { openBrake } from '../../runtime/open-brake.ts';
import { isServiceAway } from '../../runtime/services/service-away.ts';
import { installShutdown } from '../../runtime/shutdown.ts';
import { type CliIo } from '../output/io.ts';
import { loadCliConfig } from './load-cli-config.ts';
import { openStore, ownedForMs, ownerOf } from './open-store.ts';

export interface Applied {
  readonly answer: BrakeAnswer;
  readonly descriptor: CompanyDescriptor;
  /** Whether a process runs the services; without one nobody serves the queues of a private Redis. */
  readonly isServed: boolean;
}

/** How long a store that does not answer, or a company that starts, is waited for. */
const WAIT_MS = 20_000;
const LOOK_EVERY_MS = 500;
/** A company that has owned its data directory for longer has started. */
const STARTS_WITHIN_MS = 120_000;
const STOP_WITHIN_MS = 10_000;

/**
 * Sets the trading state in the store, of the company that was announced last. While one is starting, also of that one.
 * @throws AppError `brake-failed` when the store could not be written: nothing was stopped, and what to do by hand
 */
export async function applyBrake(
  io: CliIo,
  request: BrakeRequest,
  mode: TradingMode | undefined,
  say: (answer: BrakeAnswer) => void,
): Promise<Applied> {
  const config = loadCliConfig(io);
  const { logLevel } = config.runtime;
  const log = createLogger({ level: logLevel === 'info' ? 'warn' : logLevel, terminal: io.terminal });
  const interrupted = new AbortController();
  const shutdown = installShutdown({
    stop: async () => interrupted.abort(),
    log,
    deadlineMs: STOP_WITHIN_MS,
    exit: () => process.exit(130),
  });
  const attempt = (before?: Applied): Promise<Applied> =>
    attemptOnce({ config, request, mode: mode ?? config.runtime.tradingMode, log, stop: interrupted.signal, before });
  try {
    const endsAt = performance.now() + WAIT_MS;
    let applied = await patiently(config, attempt, endsAt);
    say(applied.answer);
    while (isStarting(config, applied.descriptor) && performance.now() < endsAt) {
      await delay(LOOK_EVERY_MS);
      const before = applied;
      applied = await patiently(config, () => attempt(before), endsAt);
      if (applied.answer !== before.answer) say(applied.answer);
    }
    return applied;
  } finally {
    shutdown.uninstall();
    await log.close();
  }
}

/** The owner of the data directory took it lately, and has announced no company yet. */
function isStarting(config: Config, { announcedBy }: CompanyDescriptor): boolean {
  const owner = ownerOf(config);
  const hasAnnounced = announcedBy?.pid === owner?.pid && announcedBy?.startedAt === owner?.startedAt;
  return owner !== null && !hasAnnounced && ownedForMs(config) < STARTS_WITHIN_MS;
}

async function patiently(config: Config, attempt: () => Promise<Applied>, endsAt: number): Promise<Applied> {
  for (;;) {
    try {
      return await attempt();
    } catch (error) {
      const owner = ownerOf(config);
      const comes = hasCode(error, 'no-company')
        ? owner !== null
        : isServiceAway(error) || hasCode(error, 'services-in-use');
      if (!comes || performance.now() >= endsAt) throw failed(error, owner?.pid);
      await delay(LOOK_EVERY_MS);
    }
  }
}

interface Attempt {
  readonly config: Config;
  readonly request: BrakeRequest;
  readonly mode: TradingMode | undefined;
  readonly log: Logger;
  readonly stop: AbortSignal;
  /** The same account is not asked again. */
  readonly before: Applied | undefined;
}

async function attemptOnce({ config, request, mode, log, stop, before }: Attempt): Promise<Applied> {
  const store = await openStore(config, log, stop);
  try {
    const { mongoUrl, redisUrl, owner } = store;
    const { brake, descriptor, close } = await openBrake({ config, mongoUrl, redisUrl, mode, log });
    try {
      const isServed = owner !== null || config.secrets.redisUrl !== undefined;
      const isKnown = before?.answer.account === descriptor.account;
      return { answer: isKnown ? before.answer : await brake(request), descriptor, isServed };
    } finally {
      await close();
    }
  } finally {
    await store.close();
  }
}

function failed(error: unknown, ownerPid: number | undefined): unknown {
  if (hasCode(error, 'no-company')) return error;
  const end = ownerPid === undefined ? 'end every corp start and corp node' : `end the company: kill -9 ${ownerPid}`;
  return new AppError(
    'brake-failed',
    `nothing was stopped, because the store cannot be written: ${sentenceOf(error)}`,
    {
      advice: `By hand: ${end}. What does not run opens nothing; stops and targets at the venue stay. Then repair the store and run this command again before the next start`,
      cause: error,
    },
  );
}
