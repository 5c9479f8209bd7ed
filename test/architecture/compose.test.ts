import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { join } from 'node:path';
import { loadConfig } from '../../config/load.ts';
import { type Config } from '../../config/schema.ts';
import { checkCoordinator } from '../../src/runtime/coordinator.ts';
import { read, ROOT } from './project-files.ts';

interface Service {
  readonly image: string;
  readonly build?: string;
  readonly command?: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
  readonly ports?: readonly string[];
  readonly healthcheck: { readonly test: readonly string[]; readonly interval: string; readonly timeout: string };
  readonly restart: string;
  readonly init: boolean;
  readonly stop_grace_period: string;
  readonly volumes: readonly string[];
  readonly profiles?: readonly string[];
  readonly depends_on?: Readonly<Record<string, { readonly condition: string }>>;
}

const text = read('docker-compose.yml');
const file = parse(text, { merge: true }) as {
  services: Readonly<Record<string, Service>>;
  volumes: Readonly<Record<string, unknown>>;
};
const services = Object.entries(file.services);
const service = (name: string): Service => {
  const found = file.services[name];
  if (!found) throw new Error(`there is no service ${name}`);
  return found;
};

const VALUES: Readonly<Record<string, string>> = {
  API_TOKEN: 'a-token-of-a-test',
  COORDINATOR_TOKEN: 'another-token-of-a-test',
  APPROVAL_SECRET: '0123456789abcdef0123456789abcdef',
  REDIS_PASSWORD: 'abc123',
  MONGO_PASSWORD: 'def456',
};

/** The configuration in a container for these values of .env. */
function configOf(name: string, values = VALUES): Config {
  const environment = Object.fromEntries(
    Object.entries(service(name).environment).map(([key, value]) => [
      key,
      value.replaceAll(/\$\{(\w+):([?-])([^}]*)\}/g, (_, variable: string, sign: string, rest: string) => {
        return values[variable] ?? (sign === '?' ? 'unset' : rest);
      }),
    ]),
  );
  return loadConfig({ directory: join(ROOT, 'config'), environment });
}

describe('docker-compose.yml', () => {
  it('runs redis, mongo, feed, api and processors, and the coordinator only with its profile', () => {
    expect(Object.keys(file.services).sort()).toEqual(['api', 'coordinator', 'feed', 'mongo', 'processor', 'redis']);
    const asked = services.filter(([, { profiles }]) => profiles !== undefined).map(([name]) => name);
    expect(asked).toEqual(['coordinator']);
  });

  it('any number of processors can run: none has a setting that only one may have', () => {
    const fields = Object.keys(service('processor'));
    // Only one container can have a given name, address or port.
    for (const field of ['container_name', 'hostname', 'ports', 'network_mode', 'networks', 'mac_address'])
      expect(fields).not.toContain(field);
    // They share settings (read-only) and log files (append-only).
    expect(service('processor').volumes).toEqual(['./config:/app/config:ro', 'data:/app/.data']);
    expect(service('processor').command).toEqual(['node', '--queues', 'all']);
    // The health check reads the heartbeat of this container, because a node is named after its host.
    expect(service('processor').healthcheck.test.at(-1)).toContain('$$HOSTNAME');
    expect(read('src/runtime/node.ts')).toContain('const name = `${hostname()}.${process.pid}`');
  });

  it('processors have more time to stop than their drain takes', () => {
    const drain = Number(/'--drain <seconds>'[^]*?\.default\((\d+)\)/.exec(read('src/cli/commands/node.ts'))?.[1]);
    const beyond = Number(/\(options\.drain \+ (\d+)\) \* 1000/.exec(read('src/cli/commands/node.ts'))?.[1]);
    expect(parseInt(service('processor').stop_grace_period)).toBeGreaterThan(drain + beyond);
  });

  it('uses official images with a tag, and our image', () => {
    const images = services.map(([, { image, build }]) => (build === undefined ? image : `built from ${build}`));
    expect([...new Set(images)].sort()).toEqual(['built from .', 'mongo:8', 'redis:7']);
    expect(read('Dockerfile')).toMatch(/^FROM node:24-bookworm-slim AS base$/m);
  });

  it('publishes API and coordinator on the loopback, and nothing else', () => {
    expect(services.flatMap(([, { ports = [] }]) => ports)).toEqual(['127.0.0.1:3000:3000', '127.0.0.1:5001:5001']);
    expect(service('api').environment['CORP_EXCHANGE__API__PORT']).toBe('3000');
  });

  it.each(services)(
    '%s has a health check, restarts, an init process and time to stop',
    (_, { healthcheck, restart, init, stop_grace_period }) => {
      expect(healthcheck.test.length).toBeGreaterThan(1);
      expect([healthcheck.interval, healthcheck.timeout, stop_grace_period]).toEqual(
        [expect.any(String), expect.any(String), expect.any(String)].map((any: unknown) => any),
      );
      expect(restart).toBe('unless-stopped');
      expect(init).toBe(true);
    },
  );

  it('waits until services are healthy', () => {
    const conditions = services.flatMap(([, { depends_on = {} }]) => Object.values(depends_on).map((d) => d.condition));
    expect(new Set(conditions)).toEqual(new Set(['service_healthy']));
    for (const name of ['api', 'processor']) expect(Object.keys(service(name).depends_on ?? {})).toEqual(['feed']);
    for (const name of ['feed', 'coordinator'])
      expect(Object.keys(service(name).depends_on ?? {}).sort()).toEqual(['mongo', 'redis']);
  });

  it('Redis syncs every acknowledged write and evicts nothing', () => {
    const command = service('redis').command ?? [];
    const valueOf = (flag: string): string | undefined => command[command.indexOf(flag) + 1];
    expect(valueOf('--appendonly')).toBe('yes');
    expect(valueOf('--appendfsync')).toBe('always');
    expect(valueOf('--maxmemory-policy')).toBe('noeviction');
    expect(service('redis').volumes).toEqual(['redis:/data']);
    expect(service('mongo').volumes).toContain('mongo:/data/db');
  });

  it('mounts only named volumes that are declared, and the settings read-only', () => {
    const mounts = services.flatMap(([, { volumes }]) => volumes);
    const named = mounts.filter((mount) => !mount.startsWith('.')).map((mount) => mount.split(':')[0]!);
    expect([...new Set(named)].sort()).toEqual(Object.keys(file.volumes).sort());
    expect(new Set(mounts.filter((mount) => mount.startsWith('.')))).toEqual(new Set(['./config:/app/config:ro']));
  });

  it('holds no secret: each comes from the environment and must be set', () => {
    const secrets = ['API_TOKEN', 'APPROVAL_SECRET', 'REDIS_PASSWORD', 'MONGO_PASSWORD'];
    for (const name of secrets) {
      expect(text).toContain(`\${${name}:?set it in .env}`);
      expect(read('.env.example')).toMatch(new RegExp(`^${name}=$`, 'm'));
    }
    const values = services.flatMap(([, { environment }]) => Object.entries(environment));
    const bare = values.filter(([key, value]) => /TOKEN|SECRET|PASSWORD|AUTH|_URL$/.test(key) && !value.includes('${'));
    expect(bare).toEqual([]);
    // An empty secret would give open access. Only settings have defaults, and the token without which the coordinator refuses to start.
    const optional = [...text.matchAll(/\$\{(\w+):-/g)].map((match) => match[1]);
    expect([...new Set(optional)].sort()).toEqual(['COORDINATOR_TOKEN', 'LOG_LEVEL']);
    expect(() => checkCoordinator(configOf('coordinator', {}))).toThrow(/is reachable from other machines/);
  });

  it.each(['feed', 'api', 'processor'])('config/ accepts the environment of %s', (name) => {
    const { secrets, exchange } = configOf(name);
    expect(secrets.redisUrl).toBe('redis://:abc123@redis:6379');
    expect(secrets.mongoUrl).toMatch(/^mongodb:\/\/corp:def456@mongo:27017\//);
    expect(secrets.approvalSecret).toBe(VALUES['APPROVAL_SECRET']);
    // The API is open to other containers, and has a token.
    expect(exchange.api.host).toBe(name === 'api' ? '0.0.0.0' : '127.0.0.1');
    expect(secrets.apiToken).toBe(name === 'api' ? VALUES['API_TOKEN'] : undefined);
  });

  it('the coordinator has only the secrets that it needs, and listens on the published port', () => {
    const config = configOf('coordinator');
    const { host, port } = config.agents.coordinator;
    expect(`127.0.0.1:${port}:${port}`).toBe(service('coordinator').ports?.[0]);
    expect(host).toBe('0.0.0.0');
    expect(() => checkCoordinator(config)).not.toThrow();
    expect(config.secrets).toEqual({
      redisUrl: 'redis://:abc123@redis:6379',
      mongoUrl: expect.stringMatching(/^mongodb:\/\/corp:def456@mongo:27017\//) as string,
      coordinatorToken: VALUES['COORDINATOR_TOKEN'],
    });
    expect(service('coordinator').healthcheck.test.at(-1)).toContain(`http://127.0.0.1:${port}/ready`);
  });
});

describe('Dockerfile', () => {
  const dockerfile = read('Dockerfile');

  it('installs the lock file exactly, and does not run as root', () => {
    const installs = [...dockerfile.matchAll(/^RUN npm (\w+)/gm)].map((match) => match[1]);
    expect(installs).toEqual(['ci', 'ci']);
    expect(dockerfile.lastIndexOf('\nUSER node\n')).toBeGreaterThan(dockerfile.lastIndexOf('\nRUN '));
  });

  it('copies what .dockerignore allows, and nothing else', () => {
    const copied = [...dockerfile.matchAll(/^COPY (?!--from)(.*) \S+$/gm)].flatMap((match) => match[1]!.split(' '));
    const letIn = read('.dockerignore')
      .split('\n')
      .filter((line) => line.startsWith('!'))
      .map((line) => line.slice(1));
    expect([...new Set(copied)].sort()).toEqual([...letIn].sort());
  });
});
