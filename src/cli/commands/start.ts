import { InvalidArgumentError, Option, type Command } from 'commander';
import { isLoopback } from '../../api/security/host-policy.ts';
import { AppError } from '../../ports/errors.ts';
import { timeframeMs } from '../../domain/market/timeframe.ts';
import { ownServices, type Company } from '../../runtime/company.ts';
import { ticketFor } from '../../runtime/cycle-run.ts';
import { runFeed, setMarketTime } from '../../runtime/feed.ts';
import { withCompany } from '../company-run.ts';
import { type CliIo } from '../io.ts';
import { loadCliConfig } from '../load-cli-config.ts';
import { runOneCycle } from '../one-cycle.ts';
import { jsonOption } from '../options.ts';
import { chooseWorld, type World } from '../world.ts';

interface Options {
  readonly exchange: string;
  readonly data?: readonly string[];
  readonly speed?: number;
  readonly once: boolean;
  readonly port?: number;
  readonly seed?: number;
  readonly json: boolean;
}

function parseSpeed(text: string): number {
  if (text === 'max') return Infinity;
  const speed = Number(text);
  if (Number.isFinite(speed) && speed > 0) return speed;
  throw new InvalidArgumentError('Write a number above zero (market seconds per second), or max.');
}

function parsePort(text: string): number {
  const port = Number(text);
  if (Number.isInteger(port) && port >= 0 && port <= 65_535) return port;
  throw new InvalidArgumentError('Write a port from 0 to 65535.');
}

export function parseSeed(text: string): number {
  const seed = Number(text);
  if (/^\d+$/.test(text) && Number.isSafeInteger(seed)) return seed;
  throw new InvalidArgumentError('Write a whole number, zero or above.');
}

async function announce(io: CliIo, { office, services }: Company, url: string, json: boolean): Promise<void> {
  const { mode, account } = office.card;
  const addresses = { dashboard: `${url}/`, api: `${url}/api`, apiDocs: `${url}/api/docs`, queues: `${url}/queues` };
  if (json) {
    io.json({ mode, account, ...addresses });
    return;
  }
  io.print(`Bittrading Corp is at work: ${mode} market, orders on paper (account ${account})`);
  io.print(`  dashboard   ${addresses.dashboard}`);
  io.print(`  API         ${addresses.api}   (docs: ${addresses.apiDocs})`);
  io.print(`  Bull Board  ${addresses.queues}`);
  io.print(`  services    Redis: ${services.redis.kind}, MongoDB: ${services.mongo.kind}`);
  io.print('Ctrl-C stops everything.');
}

async function runOnce(io: CliIo, company: Company, world: World, json: boolean, stop: AbortSignal): Promise<void> {
  const { office } = company;
  const { timeframe } = office.config.exchange;
  const now = await office.data.now();
  const symbols = (await office.data.markets()).map(({ symbol }) => symbol);
  // Decided on the close of the last candle but one; the last candle fills.
  const inputs = { symbols, timeframe, seed: world.seed, asOf: now - timeframeMs(timeframe), settles: true };
  const ticket = await ticketFor(office.stores.cycles, office.card.source, inputs, () => office.card.account);
  await runOneCycle(io, company, ticket, json, stop);
}

async function runUntilStopped(
  io: CliIo,
  company: Company,
  world: World,
  options: Options,
  stop: AbortSignal,
): Promise<void> {
  const { office } = company;
  const { exchange } = office.config;
  const url = await company.openToVisitors(exchange.api.host, options.port ?? exchange.api.port);
  await announce(io, company, url, options.json);
  const signal = AbortSignal.any([stop, company.lost]);
  await runFeed(office, {
    from: world.opensAt,
    ...(world.endsAt !== undefined && { to: world.endsAt }),
    speed: options.speed ?? exchange.simulated.speed,
    seed: world.seed,
    cycleEveryCandles: exchange.simulated.cycleEveryCandles,
    signal,
  });
  // A replay that is over leaves its company open to look at.
  if (!signal.aborted)
    await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
  if (company.lost.aborted)
    throw new AppError('feed-lost', 'another feed took over this company', { advice: 'Look for a second corp start' });
}

export function registerStart(program: Command, io: CliIo): void {
  program
    .command('start')
    .description('run the whole company: services, agents, market feed, API and dashboard')
    .option('--exchange <name>', 'simulated, replay, or an exchange', 'simulated')
    .option('--data <files...>', 'candle files to replay')
    .addOption(new Option('--speed <n>', 'market seconds per second, or max').argParser(parseSpeed))
    .option('--once', 'one full cycle, then exit', false)
    .addOption(new Option('--port <port>', 'of API and dashboard').argParser(parsePort))
    .addOption(new Option('--seed <n>', 'of the simulated market and of the strategies').argParser(parseSeed))
    .addOption(jsonOption())
    .action(async (options: Options) => {
      const config = loadCliConfig(io);
      const { host } = config.exchange.api;
      if (!isLoopback(host) && config.secrets.apiToken === undefined) {
        throw new AppError('bad-input', `config/exchange.yaml: api.host ${host} is open to others`, {
          advice: 'Set API_TOKEN, or listen on 127.0.0.1',
        });
      }
      const world = await chooseWorld(config, options);
      // --once decides one candle back, so that one is known to fill it.
      const prepare = async (office: Company['office']): Promise<{ account: string }> => {
        await world.prepare(office);
        await setMarketTime(office, options.once ? (world.endsAt ?? world.opensAt) : world.opensAt);
        return { account: world.card.account };
      };
      await withCompany(
        io,
        { config, quiet: options.once, company: { openServices: ownServices, card: world.card, prepare } },
        (company, stop) =>
          options.once
            ? runOnce(io, company, world, options.json, stop)
            : runUntilStopped(io, company, world, options, stop),
      );
    });
}
