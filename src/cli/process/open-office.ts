import { constants } from 'node:os';
import { createLogger } from '../../runtime/logger.ts';
import { openOffice, type Office } from '../../runtime/context.ts';
import { createReleaseStack } from '../../runtime/cleanup-stack.ts';
import { installShutdown, type ShutdownSignal } from '../../runtime/shutdown.ts';
import { type CardChoice } from './choose-card.ts';
import { type CliIo } from '../output/io.ts';
import { loadCliConfig } from './load-cli-config.ts';
import { openServices, type CommandServices } from './open-services.ts';

const CLOSE_WITHIN_MS = 20_000;

/**
 * Runs a short command over an open office and closes everything again, also when a signal ends it. What goes well is
 * not logged: the command says it.
 */
export async function withOffice<T>(
  io: CliIo,
  chooseCard: CardChoice,
  use: (office: Office, services: CommandServices) => Promise<T>,
): Promise<T> {
  const config = loadCliConfig(io);
  const { logLevel } = config.runtime;
  const log = createLogger({ level: logLevel === 'info' ? 'warn' : logLevel, screen: io.screen });
  const releases = createReleaseStack(CLOSE_WITHIN_MS);
  const release = async (): Promise<void> => {
    for (const { name, error } of await releases.release()) log.warn(`closing ${name}: ${error.message}`);
  };
  let opening: Promise<unknown> | undefined;
  let interruptedBy: ShutdownSignal | undefined;
  const shutdown = installShutdown({
    stop: async (signal) => {
      interruptedBy = signal;
      // What is just being started must be there to be stopped.
      await opening?.catch(() => undefined);
      await release();
    },
    log,
    deadlineMs: CLOSE_WITHIN_MS,
    // Interrupted is not done, however clean the end.
    exit: (code) =>
      process.exit(code === 0 && interruptedBy !== undefined ? 128 + constants.signals[interruptedBy] : code),
  });
  try {
    const found = openServices(config, log, shutdown.requested);
    opening = found;
    const services = await found;
    releases.push('services', () => services.close());
    const { url: redisUrl } = services.redis;
    const card = await chooseCard(config, redisUrl);
    const office = await openOffice({ config, card, redisUrl, mongoUrl: services.mongo.url, log });
    releases.push('office', () => office.close());
    return await Promise.race([use(office, services), services.lost]);
  } finally {
    await release();
    shutdown.uninstall();
    await log.close();
  }
}
