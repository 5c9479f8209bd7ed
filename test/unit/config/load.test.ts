import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ConfigError } from '../../../config/config-error.ts';
import { type Environment } from '../../../config/process-environment.ts';
import { loadConfig } from '../../../config/load.ts';

const SHIPPED = join(process.cwd(), 'config');
let root: string;
beforeAll(() => (root = mkdtempSync(join(tmpdir(), 'corp-config-'))));
afterAll(() => rmSync(root, { recursive: true }));

let copies = 0;
/** A copy of the shipped files, one of them changed. */
function directoryWith(file: string, change: (text: string) => string): string {
  const directory = join(root, `c${(copies += 1)}`);
  cpSync(SHIPPED, directory, { recursive: true, filter: (path) => !path.endsWith('.ts') });
  writeFileSync(join(directory, file), change(readFileSync(join(directory, file), 'utf8')));
  return directory;
}
const load = (environment: Environment = {}, directory = SHIPPED, envText?: string) => {
  if (envText === undefined) return loadConfig({ directory, environment });
  const envFile = join(root, `.env${(copies += 1)}`);
  writeFileSync(envFile, envText);
  return loadConfig({ directory, environment, envFile });
};
function problem(run: () => unknown): string {
  try {
    run();
  } catch (error) {
    expect(error).toBeInstanceOf(ConfigError);
    return (error as ConfigError).message;
  }
  throw new Error('it was accepted');
}

describe('the configuration', () => {
  it('as shipped is valid, has the documented limits, and no secrets', () => {
    const config = load();
    expect(config.risk).toMatchObject({
      maxAssetExposure: 0.05,
      maxTotalExposure: 0.25,
      maxDailyDrawdown: 0.05,
      maxWeeklyDrawdown: 0.1,
      maxPeakDrawdown: 0.15,
    });
    expect(config.agents.heartbeat.silentAfterMs).toBe(5 * 60_000);
    expect(config.secrets).toEqual({});
  });

  it('is deeply frozen', () => {
    const config = load();
    const frozen = (value: unknown): boolean =>
      typeof value !== 'object' || value === null || (Object.isFrozen(value) && Object.values(value).every(frozen));
    expect(frozen(config)).toBe(true);
    expect(() => Object.assign(config.risk, { maxAssetExposure: 1 })).toThrow(TypeError);
  });

  it.each([
    [
      'an unknown key',
      'risk.yaml',
      (text: string) => `${text}\nmaxLeverage: 3\n`,
      'config/risk.yaml: maxLeverage: unknown key',
    ],
    [
      'an unknown key inside a group',
      'agents.yaml',
      (text: string) => text.replace('  everyMs:', '  evryMs: 1\n  everyMs:'),
      'config/agents.yaml: heartbeat.evryMs: unknown key',
    ],
    [
      'a wrong type',
      'risk.yaml',
      (text: string) => text.replace('maxOpenPositions: 10', 'maxOpenPositions: many'),
      'config/risk.yaml: maxOpenPositions: ',
    ],
    [
      'a value out of range',
      'risk.yaml',
      (text: string) => text.replace('maxAssetExposure: 0.05', 'maxAssetExposure: 5'),
      'config/risk.yaml: maxAssetExposure: ',
    ],
    [
      'a missing key',
      'database.yaml',
      (text: string) => text.replace('namespace: corp', ''),
      'config/database.yaml: namespace: ',
    ],
    [
      'two conflicting values',
      'agents.yaml',
      (text: string) => text.replace('silentAfterMs: 300000', 'silentAfterMs: 10'),
      'config/agents.yaml: heartbeat.silentAfterMs: must be longer than everyMs',
    ],
    [
      'a key that has moved',
      'exchange.yaml',
      (text: string) => `${text}\nreplay: {}\n`,
      'config/exchange.yaml: replay: has moved to config/markets.yaml; remove it here',
    ],
    [
      'an unknown limit of a market',
      'markets.yaml',
      (text: string) => `${text}\n  BTC-USD: { tick: 0.01 }\n`,
      'config/markets.yaml: markets.BTC-USD.tick: unknown key',
    ],
    [
      'no rule for markets that nobody has described',
      'markets.yaml',
      (text: string) => text.replace('"*": { kind: spot, minNotional: 1 }', 'BTC-USD: { kind: spot }'),
      'config/markets.yaml: markets.*: needs the kind',
    ],
    ['a key twice', 'risk.yaml', (text: string) => `${text}\nmaxVolatility: 1\n`, 'config/risk.yaml: line '],
    ['what is not YAML', 'exchange.yaml', () => 'fees: [', 'config/exchange.yaml: line '],
    ['a list', 'exchange.yaml', () => '- 1', 'config/exchange.yaml: must be a group of keys'],
    [
      'a bad hour',
      'agents.yaml',
      (text: string) => text.replace('"23:59"', '"24:00"'),
      'ceo.dayStopsAt: write it like 23:00',
    ],
  ])('refuses %s by file and key', (_, file, change, expected) => {
    expect(problem(() => load({}, directoryWith(file, change)))).toContain(expected);
  });

  it('names the missing file', () => {
    expect(problem(() => load({}, root))).toContain('config/agents.yaml: cannot be read');
  });
});

describe('the environment', () => {
  it('overrides any key of any file, nested ones too', () => {
    const config = load({
      CORP_RISK__MAX_ASSET_EXPOSURE: '0.03',
      CORP_AGENTS__SELECTOR__ACTIVE__MIN_TRADES: '30',
      CORP_AGENTS__CONCURRENCY__MARKET_SCANNER: '2',
      CORP_EXCHANGE__PRICE_IMPROVEMENT: 'true',
      CORP_DATABASE__DATA_DIRECTORY: '/tmp/elsewhere',
    });
    expect(config.risk.maxAssetExposure).toBe(0.03);
    expect(config.agents.selector.active.minTrades).toBe(30);
    expect(config.agents.concurrency['market-scanner']).toBe(2);
    expect(config.exchange.priceImprovement).toBe(true);
    expect(config.database.dataDirectory).toBe('/tmp/elsewhere');
  });

  it.each([
    [
      { CORP_RISK__MAX_ASET_EXPOSURE: '0.03' },
      'environment variable CORP_RISK__MAX_ASET_EXPOSURE: is not a setting; the nearest is CORP_RISK__MAX_ASSET_EXPOSURE',
    ],
    [
      { CORP_AGENTS__HEARTBEAT__EVERY: '1' },
      'environment variable CORP_AGENTS__HEARTBEAT__EVERY: is not a setting; the nearest is CORP_AGENTS__HEARTBEAT__EVERY_MS',
    ],
    [{ CORP_RISK__MAX_VOLATILITY__X: '1' }, 'environment variable CORP_RISK__MAX_VOLATILITY__X'],
    [
      { CORP_RISK__MAX_ASSET_EXPOSURE: '3' },
      'environment variable CORP_RISK__MAX_ASSET_EXPOSURE (config/risk.yaml): maxAssetExposure: ',
    ],
    [
      { CORP_RISK__MAX_ASSET_EXPOSURE: 'lots' },
      'environment variable CORP_RISK__MAX_ASSET_EXPOSURE (config/risk.yaml): maxAssetExposure: ',
    ],
    [{ TRADING_MODE: 'yolo' }, 'environment variable TRADING_MODE: tradingMode: '],
    [{ LOG_LEVEL: 'loud' }, 'environment variable LOG_LEVEL: logLevel: '],
  ])('%j is refused by name', (environment, expected) => {
    expect(problem(() => load(environment))).toContain(expected);
  });

  it('overrides .env, which overrides the files; an empty variable is ignored', () => {
    const text = 'CORP_RISK__MAX_ASSET_EXPOSURE=0.02\nLOG_LEVEL=debug\nTRADING_MODE=replay\n';
    const config = load({ LOG_LEVEL: 'warn', API_TOKEN: '' }, SHIPPED, text);
    expect(config.risk.maxAssetExposure).toBe(0.02);
    expect(config.runtime).toEqual({ logLevel: 'warn', tradingMode: 'replay' });
    expect(config.secrets).toEqual({});
  });

  it('contains the secrets, and no error repeats one', () => {
    const good = {
      REDIS_URL: 'rediss://:pw@h:1',
      MONGO_URL: 'mongodb://u:pw@h',
      API_TOKEN: 't'.repeat(16),
      APPROVAL_SECRET: 's'.repeat(32),
    };
    expect(Object.values(load(good).secrets)).toEqual(Object.values(good));
    for (const [variable, secret] of Object.entries({
      REDIS_URL: 'http://:hunter2@h',
      MONGO_URL: 'hunter2',
      API_TOKEN: 'hunter2',
      APPROVAL_SECRET: 'hunter2',
    })) {
      const text = problem(() => load({ ...good, [variable]: secret }));
      expect(text).toContain(`environment variable ${variable}: `);
      expect(text).not.toContain('hunter2');
    }
  });

  it('may contain variables of other programs', () => {
    expect(() => load({ CORPORATE_RISK__X: '1', HOME: '/' })).not.toThrow();
  });
});
