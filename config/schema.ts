import { isIP } from 'node:net';
import { z } from 'zod';
import { MARKET_KINDS } from '../src/domain/market/market.ts';
import { isTimeframe, type Timeframe } from '../src/domain/market/timeframe.ts';
import { TRADING_MODES } from '../src/domain/trading-mode.ts';

const rate = z.number().min(0).max(1);
const positiveRate = z.number().gt(0).max(1);
const ms = z.int().min(1);
const slots = z.int().min(1).max(256);
const timeOfDay = z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/, 'write it like 23:00');
const timeframe = z.custom<Timeframe>((value) => typeof value === 'string' && isTimeframe(value), {
  message: 'write it like 5m, 1h or 1d',
});

/** A path may contain anything but control characters, which would end a line of the configuration of Redis. */
const directory = z.string().regex(/^\P{Cc}+$/u, 'must be a path without control characters');

/** Of these pairs of keys the second must not be below the first: the first limit could never be reached. */
const risingLimits = [
  ['maxAssetExposure', 'maxTotalExposure'],
  ['maxDailyDrawdown', 'maxWeeklyDrawdown'],
  ['maxWeeklyDrawdown', 'maxPeakDrawdown'],
  ['maxOrdersPerHour', 'maxOrdersPerDay'],
  ['targetVolatility', 'maxVolatility'],
] as const;

const word = z.string().regex(/^[A-Z0-9]{1,20}$/, 'capital letters and digits');
const size = z.number().positive();
const marketDescription = z.strictObject({
  kind: z.enum(MARKET_KINDS).exactOptional(),
  base: word.exactOptional(),
  quote: word.exactOptional(),
  underlying: word.exactOptional(),
  contractSize: size.exactOptional(),
  tickSize: size.exactOptional(),
  stepSize: size.exactOptional(),
  minAmount: size.exactOptional(),
  minNotional: z.number().min(0).exactOptional(),
});

export const marketsSchema = z.strictObject({
  markets: z
    .record(z.string().regex(/^[A-Z0-9*][A-Z0-9*_/-]{0,60}$/, 'a symbol, or a pattern like *-PERP'), marketDescription)
    .refine((markets) => markets['*']?.kind !== undefined, {
      path: ['*'],
      message: 'needs the kind of markets that nobody has described; restore "*": { kind: spot, minNotional: 1 }',
    }),
});

export const agentsSchema = z.strictObject({
  concurrency: z.strictObject({
    ceo: slots,
    'market-scanner': slots,
    analyst: slots,
    'strategy-generator': slots,
    backtest: slots,
    optimizer: slots,
    'strategy-selector': slots,
    'task-manager': slots,
    'worker-manager': slots,
  }),
  heartbeat: z.strictObject({ everyMs: ms, silentAfterMs: ms }).refine((h) => h.silentAfterMs > h.everyMs, {
    path: ['silentAfterMs'],
    message: 'must be longer than everyMs',
  }),
  schedules: z.strictObject({
    superviseEveryMs: ms,
    censusEveryMs: ms,
    sweepEveryMs: ms,
    compareEveryMs: z.int().min(100),
  }),
  scanner: z.strictObject({
    maxOpportunities: z.int().min(1).max(100),
    minVolume24h: z.number().min(0),
    maxSpread: positiveRate,
    minBars: z.int().min(50),
  }),
  generator: z.strictObject({ specsPerCycle: z.int().min(1).max(100_000), unitSize: z.int().min(1).max(4096) }),
  optimizer: z.strictObject({
    candidates: z.int().min(1).max(1000),
    gridSize: z.int().min(1).max(4096),
    folds: z.int().min(1).max(50),
    testShare: z.number().gt(0).lt(1),
    minTrades: z.int().min(0),
  }),
  selector: z.strictObject({
    active: z.strictObject({
      minTrades: z.int().min(1),
      minDeflatedSharpe: rate,
      maxDrawdown: positiveRate,
      minProfitFactor: z.number().min(0),
      minPositiveFolds: rate,
    }),
    incubating: z.strictObject({ minTrades: z.int().min(1), minProbabilisticSharpe: rate, maxDrawdown: positiveRate }),
    minDays: z.int().min(2),
    maxCorrelation: z.number().min(-1).max(1),
    maxActive: z.int().min(0),
    maxIncubating: z.int().min(0),
  }),
  backtest: z.strictObject({
    backend: z.enum(['local', 'coordinator']),
    dataDirectories: z.array(directory),
    forward: z.strictObject({
      pollMs: z.int().min(100).max(600_000),
      timeoutMs: z.int().min(100).max(600_000),
      settleMs: z.int().min(100).max(3_600_000),
      deadlineMinutes: z.number().positive().max(10_080),
      breakerFailures: z.int().min(1).max(100),
      breakerOpenMs: z.int().min(100).max(3_600_000),
      replicas: z.int().min(1).max(20),
      unitsPerMarket: z.int().min(1).max(1000),
      populationSize: z.int().min(1).max(100_000),
      generations: z.int().min(1).max(100_000),
      maxCandles: z.int().min(0).max(100_000_000),
      candidates: z.int().min(1).max(10_000),
      markets: z.record(
        z.string(),
        z.strictObject({
          dataFile: z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._/-]*\.csv$/, 'write it like BTC-USD_FIVE_MINUTE.csv'),
          timeframe,
          contract: z.string().min(1).max(100).exactOptional(),
          maxLeverage: z.number().min(1).max(10).exactOptional(),
        }),
      ),
    }),
  }),
  threads: z.strictObject({ count: z.int().min(0).max(256), columnMegabytes: z.number().min(0).max(100_000) }),
  ceo: z.strictObject({
    dayStartsAt: timeOfDay,
    dayStopsAt: timeOfDay,
    breakers: z
      .strictObject({
        peakReduceAt: positiveRate,
        peakFlattenAt: z.number().gt(0).max(10),
        crashFall: positiveRate,
        crashCandles: z.int().min(1).max(1000),
        crashFlattenShare: positiveRate,
        venueErrors: z.int().min(1).max(1000),
        venueErrorCandles: z.int().min(1).max(1000),
        venueDiffersCandles: z.int().min(1).max(1000),
      })
      .refine((b) => b.peakFlattenAt >= b.peakReduceAt, {
        path: ['peakFlattenAt'],
        message: 'must not be below peakReduceAt',
      }),
  }),
  scaling: z
    .strictObject({
      targetDrainSeconds: z.number().positive().max(86_400),
      minNodes: z.int().min(0).max(10_000),
      maxNodes: z.int().min(1).max(10_000),
      tolerance: z.number().min(0).max(10),
      holdSeconds: z.number().min(0).max(86_400),
    })
    .refine((s) => s.minNodes <= s.maxNodes, { path: ['maxNodes'], message: 'must not be below minNodes' }),
  coordinator: z
    .strictObject({
      host: z.string().min(1),
      port: z.int().min(0).max(65_535),
      names: z.array(z.string().min(1).max(253)),
      workersNeedToken: z.boolean(),
      leaseMinutes: z.number().positive().max(10_080),
      maxExpiries: z.int().min(1).max(100),
      replicas: z.int().min(1).max(20),
      maxReplicas: z.int().min(1).max(20),
      distinct: z.enum(['workers', 'hosts']),
      sweepEveryMs: z.int().min(100).max(600_000),
      autoCreate: z.boolean(),
      verifyShare: z.number().min(0).max(1),
      verifyEveryMs: z.int().min(1000).max(3_600_000),
      dataDirectories: z.array(directory),
    })
    .refine((c) => c.replicas <= c.maxReplicas, { path: ['maxReplicas'], message: 'must not be below replicas' }),
});

export const databaseSchema = z.strictObject({
  dataDirectory: directory,
  logDirectory: directory,
  logs: z.strictObject({ maxFileMegabytes: z.number().positive().max(10_000), keepFiles: z.int().min(1).max(10_000) }),
  namespace: z.string().regex(/^[a-z][a-z0-9-]{0,30}$/, 'lower case letters, digits and dashes'),
  services: z.strictObject({ waitMs: z.int().min(0).max(3_600_000) }),
  queues: z.strictObject({ lockMs: z.int().min(500), stalledCheckMs: z.int().min(250) }),
  retention: z.strictObject({
    everySeconds: z.number().min(1).max(86_400),
    auditRecords: z.int().min(1000).max(10_000_000),
    fullCycles: z.int().min(1).max(100_000),
    noticeDays: z.number().positive().max(36_500),
    embeddedStoreMegabytes: z.number().positive().max(1_000_000),
  }),
  broadcast: z.strictObject({ maxLength: z.int().min(100) }),
});

const publicUrl = z
  .url({ protocol: /^https?$/ })
  .regex(/^https?:\/\/[^/?#@]+(\/[\w.~-]+)*\/?$/, 'write it like https://corp.example.org or https://example.org/corp');
const pathOf = (url: string): string => new URL(url).pathname.replace(/\/$/, '');

/** What Express accepts as a proxy: an address, a subnet, or a name of several subnets. */
function isProxy(text: string): boolean {
  if (['loopback', 'linklocal', 'uniquelocal'].includes(text)) return true;
  const [address = '', prefix = '0', ...rest] = text.split('/');
  const bits = isIP(address) === 6 ? 128 : 32;
  return rest.length === 0 && isIP(address) !== 0 && /^\d{1,3}$/.test(prefix) && Number(prefix) <= bits;
}

export const exchangeSchema = z.strictObject({
  fees: z.strictObject({ taker: z.number().min(0).max(0.1), maker: z.number().min(-0.01).max(0.1) }),
  slippageRate: z.number().min(0).max(0.1),
  stopRangeShare: z.number().min(0).max(1),
  priceImprovement: z.boolean(),
  minimumCoverage: rate,
  entries: z.strictObject({
    type: z.enum(['market', 'limit']),
    offset: z.number().min(0).max(0.5),
    postOnly: z.boolean(),
    waitBars: z.int().min(1).max(1000),
    replacements: z.int().min(0).max(100),
  }),
  paper: z.strictObject({
    startingCash: z.number().positive().max(1e9),
    profile: z.enum(['bracket', 'plain']),
    participation: z.number().positive().max(1).nullable(),
  }),
  api: z.strictObject({
    host: z.string().min(1),
    port: z.int().min(0).max(65_535),
    publicUrls: z
      .array(publicUrl)
      .max(20)
      .refine((urls) => new Set(urls.map(pathOf)).size <= 1, 'all must have the same path'),
    trustProxy: z.array(z.string().refine(isProxy, 'write an address, a subnet like 10.0.0.0/8, or loopback')).max(100),
  }),
  timeframe,
  seed: z.int().nonnegative(),
  feed: z.strictObject({ speed: z.number().positive().max(1e6), cycleEveryCandles: z.int().min(1) }),
  simulated: z.strictObject({ historyDays: z.int().min(30).max(3650) }),
});

const riskLimits = z.strictObject({
  maxAssetExposure: positiveRate,
  maxTotalExposure: positiveRate,
  maxDailyDrawdown: positiveRate,
  maxWeeklyDrawdown: positiveRate,
  maxPeakDrawdown: positiveRate,
  maxStrategyExposure: positiveRate,
  maxGroupExposure: positiveRate,
  groupCorrelation: positiveRate,
  maxStopRisk: positiveRate,
  reductionTolerance: z.number().min(1).max(10),
  maxOpenPositions: z.int().min(1),
  maxOrdersPerHour: z.int().min(1),
  maxOrdersPerDay: z.int().min(1),
  cooldownAfterLosses: z.int().min(1).max(50),
  cooldownCandles: z.int().min(0),
  stopGuardStops: z.int().min(1).max(50),
  stopGuardCandles: z.int().min(0),
  lowProfitLoss: positiveRate,
  lowProfitTrades: z.int().min(1).max(50),
  lowProfitLockDays: z.int().min(0),
  minEntryShare: positiveRate,
  minEntryMultiple: z.number().min(1),
  targetVolatility: z.number().positive(),
  maxVolatility: z.number().positive(),
  maxStopDistance: positiveRate,
  maxDataAgeCandles: z.int().min(1),
  priceCollar: positiveRate,
  approvalTtlMs: ms,
});

export const riskSchema = riskLimits.superRefine((risk, context) => {
  for (const [lower, upper] of risingLimits) {
    if (risk[upper] >= risk[lower]) continue;
    const message = `${risk[upper]} must not be below ${lower}, which is ${risk[lower]}`;
    context.addIssue({ code: 'custom', path: [upper], message, params: { other: lower } });
  }
});

/** Of the key with which approvals are signed. */
export const MIN_SECRET_BYTES = 32;
const TOKEN_RULE = 'at least 16 characters, printable ASCII without blanks';
/** It is sent in a header. */
const token = z.string().regex(/^[!-~]{16,}$/, TOKEN_RULE);

/** Secrets come from the environment only; never write them to a file or a log. */
export const secretsSchema = z.strictObject({
  redisUrl: z.url({ protocol: /^rediss?$/ }).optional(),
  mongoUrl: z.url({ protocol: /^mongodb(\+srv)?$/ }).optional(),
  apiToken: token.optional(),
  coordinatorUrl: z
    .url({ protocol: /^https?$/ })
    .refine(
      (url) => new URL(url).username === '' && new URL(url).password === '',
      'must not contain a user or password',
    )
    .optional(),
  coordinatorToken: token.optional(),
  approvalSecret: z
    .string()
    .refine((secret) => Buffer.byteLength(secret.trim()) >= MIN_SECRET_BYTES, `at least ${MIN_SECRET_BYTES} bytes`)
    .optional(),
});

export const runtimeSchema = z.strictObject({
  logLevel: z.enum(['debug', 'info', 'warn', 'error', 'silent']).default('info'),
  tradingMode: z.enum(TRADING_MODES).optional(),
});

export interface Config {
  readonly agents: z.output<typeof agentsSchema>;
  readonly database: z.output<typeof databaseSchema>;
  /** Of exchange.yaml, with the markets of markets.yaml. */
  readonly exchange: z.output<typeof exchangeSchema> & z.output<typeof marketsSchema>;
  readonly risk: z.output<typeof riskSchema>;
  readonly secrets: z.output<typeof secretsSchema>;
  readonly runtime: z.output<typeof runtimeSchema>;
}
