import { type Config } from '../../../config/schema.ts';
import { modeField } from '../../../queues/fields.ts';
import { QUEUE_NAMES } from '../../../queues/names.ts';
import { InvalidArgumentError, Option, type Command } from 'commander';
import { isLoopback } from '../../http/security/host-policy.ts';
import { AppError } from '../../domain/errors.ts';
import { timeframeMs, type Timeframe } from '../../domain/market/timeframe.ts';
import { COMPANY_ROLES, ownServices, ROLES, type Company, type Role } from '../../runtime/company.ts';
import { checkCoordinator } from '../../runtime/coordinator.ts';
import { requireCoordinatorUrl } from '../../runtime/remote-work.ts';
import { type AppContext } from '../../runtime/context.ts';
import { runRequestFor, type CycleRunRequest } from '../../feed/cycle-run.ts';
import { isServiceAway } from '../../runtime/services/service-away.ts';
import { runFeed, setMarketTime } from '../../feed/feed.ts';
import { anyServices, joinedServices } from '../process/open-services.ts';
import { requireFreePorts, type WantedPorts } from '../process/require-free-ports.ts';
import { withCompany } from '../process/company-run.ts';
import { aborted } from '../process/run-process.ts';
import { runCoordinator } from '../process/coordinator-run.ts';
import { sayForwarding } from '../output/say-forwarding.ts';
import { type CliIo } from '../output/io.ts';
import { loadCliConfig } from '../process/load-cli-config.ts';
import { runOneCycle } from '../process/one-cycle.ts';
import { sayAssumed } from '../input/candle-file-options.ts';
import { addCandlesOptions, namesCandles, readCandles, type CandlesOptions } from '../input/candles-input.ts';
import { cashOption } from '../input/fill-options.ts';
import { withCash } from '../input/with-cash.ts';
import { jsonOption, parsePort, parseTimeframe } from '../input/options.ts';
import { chooseMarketSource } from '../process/choose-market-source.ts';
import { decimalOf } from '../input/decimal.ts';

interface Options extends CandlesOptions {
  readonly exchange: string;
  readonly cash?: number;
  readonly speed?: number;
  readonly once: boolean;
  readonly port?: number;
  readonly seed?: number;
  readonly roles: readonly Role[];
  readonly json: boolean;
}

function parseSpeed(text: string): number {
  if (text === 'max') return Infinity;
  const speed = decimalOf(text);
  if (Number.isFinite(speed) && speed > 0) return speed;
  throw new InvalidArgumentError('Write a number above zero (market seconds per second), or max.');
}

function parseRoles(text: string): readonly Role[] {
  const names = text.split(',').map((name) => name.trim());
  return names.map((name) => {
    const role = ROLES.find((candidate) => candidate === name);
    if (role === undefined) throw new InvalidArgumentError(`There is no role '${name}': ${ROLES.join(', ')}.`);
    return role;
  });
}

export function parseSeed(text: string): number {
  const seed = Number(text);
  if (/^\d+$/.test(text) && Number.isSafeInteger(seed)) return seed;
  throw new InvalidArgumentError('Write a whole number, zero or above.');
}

interface Addresses {
  readonly api: string | null;
  readonly coordinator: string | null;
  /** Of a proxy in front of the API. */
  readonly publicUrls: readonly string[];
}

function announce(
  io: CliIo,
  { context, services }: Company,
  { api: url, coordinator, publicUrls }: Addresses,
  { roles, json }: Options,
): void {
  const { mode, account } = context.descriptor;
  const addresses = {
    ...(url !== null && {
      dashboard: `${url}/`,
      api: `${url}/api`,
      apiDocs: `${url}/api/docs`,
      queues: `${url}/queues`,
      ...(publicUrls.length > 0 && { publicUrls }),
    }),
    ...(coordinator !== null && { coordinator }),
  };
  if (json) {
    io.json({ mode, account, roles, ...addresses });
    return;
  }
  io.print(`Bittrading Corp is running: ${mode} market, orders on paper (account ${account})`);
  if (url !== null) {
    io.print(`  dashboard   ${url}/`);
    io.print(`  API         ${url}/api   (docs: ${url}/api/docs)`);
    io.print(`  Bull Board  ${url}/queues`);
    for (const address of publicUrls) io.print(`  public      ${address}`);
  }
  if (coordinator !== null) io.print(`  coordinator ${coordinator}`);
  if (COMPANY_ROLES.some((role) => !roles.includes(role))) io.print(`  roles       ${roles.join(', ')}`);
  io.print(`  services    Redis: ${services.redis.kind}, MongoDB: ${services.mongo.kind}`);
  io.print('Ctrl-C stops everything.');
}

const withTimeframe = (config: Config, timeframe: Timeframe | undefined): Config =>
  timeframe === undefined ? config : { ...config, exchange: { ...config.exchange, timeframe } };

/** Options of the market source: candles apply to none but a replay. */
const sourceOptions = (io: CliIo, options: Options) => ({
  exchange: options.exchange,
  ...(options.seed !== undefined && { seed: options.seed }),
  ...(namesCandles(options) && { candles: () => readCandles(io, options) }),
});

/** Runs one cycle in its own account. It decides at the close of the last candle but one; the last candle fills. */
async function runOnce(io: CliIo, config: Config, options: Options): Promise<void> {
  const { descriptor, opensAt, endsAt, seed, prepare, files } = await chooseMarketSource(
    config,
    sourceOptions(io, options),
  );
  sayAssumed(io, files ?? []);
  const { timeframe } = config.exchange;
  const now = endsAt ?? opensAt;
  // Its own feed too: the market time of an earlier company may be ahead.
  const draft = {
    ...descriptor,
    source: descriptor.mode === 'simulated' ? `${descriptor.source}-once` : descriptor.source,
  };
  let request: CycleRunRequest | null = null;
  const company = {
    openServices: ownServices,
    descriptor: draft,
    async prepare(context: AppContext) {
      await prepare(context);
      await setMarketTime(context, now);
      await sayForwarding(io, config, context, timeframe);
      const symbols = (await context.data.markets()).map(({ symbol }) => symbol);
      const inputs = { symbols, timeframe, seed, asOf: now - timeframeMs(timeframe), settles: true };
      request = await runRequestFor(
        context.stores.cycles,
        draft.source,
        inputs,
        (run) => `${descriptor.account}-r${run}`,
      );
      return { account: request.account };
    },
  };
  await withCompany(io, { config, finishes: true, company }, async (opened, stop) => {
    if (request === null) throw new AppError('internal', 'the cycle was not prepared');
    await runOneCycle(io, opened, request, options.json, stop);
  });
}

/** Joins a company that another process leads; needs no market source. */
async function joinUntilStopped(io: CliIo, config: Config, options: Options): Promise<void> {
  const mode = modeField.safeParse(options.exchange);
  await requireFreePorts(portsOf(config, options));
  const company = {
    openServices: options.roles.includes('services') ? ownServices : joinedServices,
    // Only the mode of this descriptor is used; the rest comes from the descriptor that the leader announced.
    descriptor: {
      mode: mode.success ? mode.data : 'simulated',
      account: 'joins',
      source: 'joins',
      announcedAt: 0,
    } as const,
    queues: options.roles.includes('processors') ? QUEUE_NAMES : [],
    leads: false,
    prepare: async () => ({ account: 'joins' }),
  };
  await withCompany(io, { config, finishes: false, company }, async (opened, stop) => {
    await openEndpoints(io, opened, config, options);
    await aborted(stop);
  });
}

async function leadUntilStopped(io: CliIo, config: Config, options: Options): Promise<void> {
  const marketSource = await chooseMarketSource(config, sourceOptions(io, options));
  sayAssumed(io, marketSource.files ?? []);
  await requireFreePorts(portsOf(config, options));
  const { feed } = config.exchange;
  const company = {
    openServices: options.roles.includes('services') ? ownServices : anyServices,
    descriptor: marketSource.descriptor,
    queues: options.roles.includes('processors') ? QUEUE_NAMES : [],
    async prepare(context: AppContext) {
      await marketSource.prepare(context);
      await setMarketTime(context, marketSource.opensAt);
      await sayForwarding(io, config, context, config.exchange.timeframe);
      return { account: marketSource.descriptor.account };
    },
  };
  await withCompany(io, { config, finishes: false, company }, async (opened, stop) => {
    await openEndpoints(io, opened, config, options);
    const abortSignal = AbortSignal.any([stop, opened.lost]);
    await runFeed(opened.context, {
      from: marketSource.opensAt,
      ...(marketSource.endsAt !== undefined && { to: marketSource.endsAt }),
      speed: options.speed ?? feed.speed,
      seed: marketSource.seed,
      cycleEveryCandles: feed.cycleEveryCandles,
      abortSignal,
      isAway: isServiceAway,
    });
    // After the end of a replay the company stays open for inspection.
    await aborted(abortSignal);
    if (opened.lost.aborted) {
      throw opened.lost.reason as Error;
    }
  });
}

/** @throws AppError `bad-input` when other machines could reach the API without a token */
function requireApiToken({ exchange, secrets }: Config): void {
  const { host, publicUrls } = exchange.api;
  if (secrets.apiToken !== undefined || (isLoopback(host) && publicUrls.length === 0)) return;
  const how = isLoopback(host) ? `api.publicUrls ${publicUrls.join(', ')}` : `api.host ${host}`;
  throw new AppError(
    'bad-input',
    `config/exchange.yaml: ${how} is reachable from other machines, and no token is set`,
    { advice: isLoopback(host) ? 'Set API_TOKEN, or remove api.publicUrls' : 'Set API_TOKEN, or listen on 127.0.0.1' },
  );
}

/** Where this process will listen. */
function portsOf({ exchange, agents, database }: Config, { roles, port }: Options): WantedPorts {
  const { api } = exchange;
  const { coordinator } = agents;
  return {
    ...(roles.includes('services') && { dataDirectory: database.dataDirectory }),
    ...(roles.includes('api') && { api: { host: api.host, port: port ?? api.port } }),
    ...(roles.includes('coordinator') && { coordinator: { host: coordinator.host, port: coordinator.port } }),
  };
}

async function openEndpoints(
  io: CliIo,
  company: Company,
  { exchange, agents }: Config,
  options: Options,
): Promise<void> {
  const { roles } = options;
  const { host, port, publicUrls } = exchange.api;
  const api = roles.includes('api') ? await company.startApi(host, options.port ?? port) : null;
  const { coordinator: address } = agents;
  const coordinator = roles.includes('coordinator') ? await company.startCoordinator(address.host, address.port) : null;
  announce(io, company, { api, coordinator, publicUrls }, options);
}

/** Runs the coordinator alone; it needs no company. */
async function coordinateUntilStopped(io: CliIo, config: Config, options: Options): Promise<void> {
  const { roles, json } = options;
  await requireFreePorts(portsOf(config, options));
  const { host, port } = config.agents.coordinator;
  await runCoordinator(io, config, {
    openServices: roles.includes('services') ? ownServices : anyServices,
    listen: { host, port },
    json,
  });
}

export function registerStart(program: Command, io: CliIo): void {
  const command = program
    .command('start')
    .option('--exchange <name>', 'simulated, replay, or an exchange', 'simulated')
    .addOption(new Option('--timeframe <t>', 'candle length to trade on, like 5m or 1h').argParser(parseTimeframe));
  addCandlesOptions(command, { several: true })
    .addOption(cashOption())
    .addOption(new Option('--speed <n>', 'market seconds per second, or max').argParser(parseSpeed))
    .option('--once', 'one full cycle, then exit', false)
    .addOption(new Option('--port <port>', 'port of API and dashboard').argParser(parsePort))
    .addOption(new Option('--seed <n>', 'seed of the simulated market and of the strategies').argParser(parseSeed))
    .addOption(
      new Option('--roles <list>', `roles of this process, from ${ROLES.join(',')}`)
        .argParser(parseRoles)
        .default(COMPANY_ROLES, COMPANY_ROLES.join(',')),
    )
    .addOption(jsonOption())
    .action(async (options: Options) => {
      const config = withCash(withTimeframe(loadCliConfig(io), options.timeframe), options.cash);
      if (options.roles.includes('api')) requireApiToken(config);
      requireCoordinatorUrl(config);
      if (options.roles.includes('coordinator')) checkCoordinator(config);
      const isCoordinatorOnly = options.roles.every((role) => role === 'coordinator' || role === 'services');
      if (options.once) await runOnce(io, config, options);
      else if (isCoordinatorOnly && options.roles.includes('coordinator'))
        await coordinateUntilStopped(io, config, options);
      else if (options.roles.includes('feed')) await leadUntilStopped(io, config, options);
      else await joinUntilStopped(io, config, options);
    });
}
