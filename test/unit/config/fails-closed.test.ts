import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ConfigError } from '../../../config/config-error.ts';
import { loadConfig } from '../../../config/load.ts';
import { type Environment } from '../../../config/process-environment.ts';
import { type Config } from '../../../config/schema.ts';

const SHIPPED = join(process.cwd(), 'config');
let root: string;
beforeAll(() => (root = mkdtempSync(join(tmpdir(), 'corp-config-'))));
afterAll(() => rmSync(root, { recursive: true }));

let files = 0;
const newPath = (name: string): string => join(root, `${(files += 1)}-${name}`);
const load = (environment: Environment): Config => loadConfig({ directory: SHIPPED, environment, base: root });

function withEnvFile(content: string | Uint8Array, environment: Environment = {}): Config {
  const envFile = newPath('.env');
  writeFileSync(envFile, content);
  return loadConfig({ directory: SHIPPED, environment, envFile });
}

function withFile(name: string, content: string | Uint8Array): Config {
  const directory = newPath('config');
  cpSync(SHIPPED, directory, { recursive: true, filter: (path) => !path.endsWith('.ts') });
  writeFileSync(join(directory, name), content);
  return loadConfig({ directory, environment: {} });
}

/** The message of the refusal, which is one line. */
function refusal(run: () => unknown): string {
  try {
    run();
  } catch (error) {
    expect(error).toBeInstanceOf(ConfigError);
    expect((error as Error).message).not.toContain('\n');
    return (error as Error).message;
  }
  throw new Error('it was accepted');
}

describe('a CORP_ variable that is not a setting is refused with the nearest one', () => {
  it.each([
    ['one underscore', 'CORP_RISK_MAX_ASSET_EXPOSURE', 'CORP_RISK__MAX_ASSET_EXPOSURE'],
    ['a file that is none', 'CORP_RISKS__MAX_ASSET_EXPOSURE', 'CORP_RISK__MAX_ASSET_EXPOSURE'],
    ['the spelling of the file', 'CORP_RISK__maxAssetExposure', 'CORP_RISK__MAX_ASSET_EXPOSURE'],
    ['small letters', 'corp_risk__max_asset_exposure', 'CORP_RISK__MAX_ASSET_EXPOSURE'],
    ['another level', 'CORP_EXCHANGE__PORT', 'CORP_EXCHANGE__API__PORT'],
    ['a level too many', 'CORP_RISK__MAX_VOLATILITY__X', 'CORP_RISK__MAX_VOLATILITY'],
    ['nothing after the file', 'CORP_RISK__', 'CORP_RISK__'],
  ])('%s', (_, variable, nearest) => {
    const text = refusal(() => load({ [variable]: '0.01' }));
    expect(text).toContain(`environment variable ${variable}: is not a setting; the nearest is ${nearest}`);
    expect(refusal(() => withEnvFile(`${variable}=0.01\n`))).toMatch(
      new RegExp(`variable ${variable} of .*env: is not a setting`),
    );
  });

  it('says that no variable changes markets.yaml', () => {
    expect(refusal(() => load({ CORP_MARKETS__MARKETS: '{}' }))).toContain('edit the file');
  });
});

describe('one key set twice is refused', () => {
  it.each([
    ['two spellings', { CORP_RISK__MAX_ASSET_EXPOSURE: '0.01', CORP_RISK__MAXASSETEXPOSURE: '0.02' }],
    ['a group and its key', { CORP_EXCHANGE__FEES: '{ taker: 0.1, maker: 0 }', CORP_EXCHANGE__FEES__TAKER: '0.2' }],
  ])('%s', (_, environment) => {
    const [first, second] = Object.keys(environment);
    expect(refusal(() => load(environment))).toMatch(new RegExp(`variable ${second} .*is also set by ${first};`));
  });

  it('in the environment and in .env, each with its spelling', () => {
    const environment = { CORP_RISK__MAXASSETEXPOSURE: '0.02' };
    expect(refusal(() => withEnvFile('CORP_RISK__MAX_ASSET_EXPOSURE=0.01', environment))).toContain('is also set by');
  });
});

describe('limits that contradict each other are refused', () => {
  it.each([
    ['weekly below daily', { CORP_RISK__MAX_WEEKLY_DRAWDOWN: '0.01' }, 'WEEKLY_DRAWDOWN'],
    ['daily above weekly', { CORP_RISK__MAX_DAILY_DRAWDOWN: '0.12' }, 'DAILY_DRAWDOWN'],
    ['peak below weekly', { CORP_RISK__MAX_PEAK_DRAWDOWN: '0.09' }, 'PEAK_DRAWDOWN'],
    ['asset above total', { CORP_RISK__MAX_ASSET_EXPOSURE: '0.3' }, 'ASSET_EXPOSURE'],
    ['hour above day', { CORP_RISK__MAX_ORDERS_PER_HOUR: '300' }, 'PER_HOUR'],
    ['target above highest', { CORP_RISK__TARGET_VOLATILITY: '4' }, 'TARGET_VOLATILITY'],
  ])('%s, by the variable that caused it', (_, environment, variable) => {
    const text = refusal(() => load(environment));
    expect(text).toMatch(
      new RegExp(`variable CORP_RISK__\\w*${variable} \\(config/risk.yaml\\): .* must not be below`),
    );
  });
});

describe('numbers are decimal digits', () => {
  it.each(['0x10', '1e3', ' 80', '80 ', '99999', '-1', '+80', '0o17', '1_0', '.inf', '~', 'eighty'])(
    'port %j is refused',
    (text) => {
      expect(refusal(() => load({ CORP_EXCHANGE__API__PORT: text }))).toContain('CORP_EXCHANGE__API__PORT');
    },
  );

  it.each(['0x10', '1e3', '0o17'])('%s in a file is refused', (text) => {
    const file = 'fees: { taker: 0.012, maker: 0.006 }\n';
    expect(refusal(() => withFile('exchange.yaml', `${file}slippageRate: ${text}\n`))).toContain(
      'slippageRate: write a number in decimal digits',
    );
  });
});

describe('a path may contain blanks, #, : and Unicode', () => {
  const path = '/data #1: ü "x" 日本';

  it('from the environment', () => {
    expect(load({ CORP_DATABASE__DATA_DIRECTORY: path }).database.dataDirectory).toBe(path);
  });

  it('from .env, in quotes; without them it is refused', () => {
    expect(withEnvFile(`CORP_DATABASE__DATA_DIRECTORY='${path}'\n`).database.dataDirectory).toBe(path);
    expect(refusal(() => withEnvFile(`LOG_LEVEL=info\nCORP_DATABASE__DATA_DIRECTORY=${path}\n`))).toMatch(
      /, line 2: CORP_DATABASE__DATA_DIRECTORY: a # outside quotes/,
    );
  });

  it('from YAML, and as YAML in a list', () => {
    const lists = { CORP_AGENTS__COORDINATOR__DATA_DIRECTORIES: `['${path}']` };
    expect(load(lists).agents.coordinator.dataDirectories).toEqual([path]);
    expect(refusal(() => load({ CORP_AGENTS__COORDINATOR__DATA_DIRECTORIES: '- /data #1' }))).toContain('is a comment');
  });

  it('but no line break', () => {
    expect(refusal(() => load({ CORP_DATABASE__DATA_DIRECTORY: '/data\nport 1' }))).toContain('control characters');
  });
});

describe('.env is read whole or refused', () => {
  const token = 'a-token-of-20-letters';
  const text = `API_TOKEN=${token}\n`;
  const utf16 = Buffer.from(`\ufeff${text}`, 'utf16le');

  it.each([
    ['a byte order mark', `\ufeff${text}`],
    ['UTF-16, little end first', utf16],
    ['UTF-16, big end first', Buffer.from(utf16).swap16()],
    ['line ends of Windows', `LOG_LEVEL=warn\r\n${text.replace('\n', '\r\n')}`],
    ['line ends of old Macs', `LOG_LEVEL=warn\r${text.replace('\n', '\r')}`],
    ['export', `export ${text}`],
    ['a comment after a quoted value', `API_TOKEN="${token}" # of the API\n`],
  ])('with %s it is read', (_, content) => {
    expect(withEnvFile(content).secrets.apiToken).toBe(token);
  });

  it.each([
    ['UTF-16 without a mark', Buffer.from(text, 'utf16le'), 'zero bytes'],
    ['another encoding', Buffer.from([...Buffer.from(text), 0xe4, 0xff]), 'is not UTF-8'],
    ['a quote without end', `API_TOKEN="${token}\n`, 'the quote " has no end'],
    ['text after a quote', `API_TOKEN="${token}"x\n`, 'text follows the closing quote'],
    ['a colon for the sign', `API_TOKEN: ${token}\n`, 'write it like NAME=value'],
    ['no sign', `API_TOKEN ${token}\n`, 'write it like NAME=value'],
    ['a variable twice', `${text}LOG_LEVEL=info\n${text}`, 'is already set in line 1'],
    ['a comment in the line', `API_TOKEN=${token} # mine\n`, 'starts a comment'],
  ])('with %s it is refused', (_, content, problem) => {
    const said = refusal(() => withEnvFile(content));
    expect(said).toContain(problem);
    expect(said).not.toContain(token);
  });

  it('a directory and a broken link are refused', () => {
    const paths = [newPath('.env'), newPath('.env')] as const;
    mkdirSync(paths[0]);
    symlinkSync(join(root, 'nowhere'), paths[1]);
    for (const envFile of paths) {
      const said = refusal(() => loadConfig({ directory: SHIPPED, environment: {}, envFile }));
      expect(said).toMatch(/\.env: cannot be read \(/);
    }
  });

  it('an empty variable of the environment does not hide it', () => {
    expect(withEnvFile(text, { API_TOKEN: '' }).secrets.apiToken).toBe(token);
    expect(load({ CORP_EXCHANGE__API__PORT: '', CORP_RISK__MAX_ASSET_EXPOSURE: '' }).exchange.api.port).toBe(3000);
  });
});

describe('YAML', () => {
  const bomb = ['a: &a [x,x,x]', 'b: &b [*a,*a,*a]', 'c: &c [*b,*b,*b]', 'd: [*c,*c,*c]'].join('\n');

  it.each([
    ['an alias bomb', bomb, 'aliases (&name, *name) are not supported'],
    ['deep nesting', '['.repeat(50_000), 'config/risk.yaml: '],
    ['another encoding', Buffer.from([0xe4, 0xff, 0x41]), 'is not UTF-8'],
    ['a megabyte too much', '# \n'.repeat(500_000), 'is larger than'],
  ])('%s is refused', (_, content, problem) => {
    expect(refusal(() => withFile('risk.yaml', content))).toContain(problem);
  });

  it('an alias bomb in a variable is refused', () => {
    expect(refusal(() => load({ CORP_EXCHANGE__FEES: bomb }))).toContain('aliases (&name, *name) are not supported');
  });

  it('a wrong key in the value of a group is reported for the variable', () => {
    const fees = { CORP_EXCHANGE__FEES: '{ taker: 0.1, maker: 0, x: 1 }' };
    expect(refusal(() => load(fees))).toContain(
      'environment variable CORP_EXCHANGE__FEES (config/exchange.yaml): fees.x',
    );
  });
});

it.each(['DATA', 'LOG'])('a %s directory that is a file, or below one, is refused with its setting', (which) => {
  const variable = `CORP_DATABASE__${which}_DIRECTORY`;
  const path = newPath('file');
  writeFileSync(path, '');
  expect(refusal(() => load({ [variable]: path }))).toMatch(new RegExp(`${variable} .*file is not a directory`));
  expect(refusal(() => load({ [variable]: join(path, 'x', 'y') }))).toMatch(
    new RegExp(`${variable} .* lies below .*file, which is not a directory`),
  );
});

describe('secrets', () => {
  it.each([
    ['API_TOKEN', 'sixteen letters and blanks'],
    ['COORDINATOR_TOKEN', `token-of-16-letters\u00e4`],
    ['API_TOKEN', 'token-of-16-letters\u0000'],
    ['APPROVAL_SECRET', ' '.repeat(40)],
    ['APPROVAL_SECRET', 's'.repeat(31)],
  ])('%s %j is refused and not repeated', (variable, value) => {
    const said = refusal(() => load({ [variable]: value }));
    expect(said).toMatch(new RegExp(`environment variable ${variable}: .*at least`));
    expect(said).not.toContain(value);
  });
});
