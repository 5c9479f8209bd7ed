import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { type Environment } from '../../../config/process-environment.ts';
import { PROJECT_ROOT } from '../../../src/paths.ts';
import { embeddedStoreCommand } from '../../../src/runtime/services/embedded-store.ts';
import { withFreePort } from '../../../src/runtime/services/free-port.ts';
import { MEMBERS, SERVICES, type Member, type ServiceName } from '../plan/plan.ts';
import { mountSmallDisk, type SmallDisk } from './disk.ts';
import { keepProcess, type Command, type KeptProcess } from './kept-process.ts';
import { openLink, type Link } from './link.ts';
import { MARKET_SECONDS, SETTINGS } from './settings.ts';

/** All processes of a run, the links between them, and where they keep their files. */
export interface World {
  readonly directory: string;
  /** Standard output and error of each process. */
  readonly outputs: string;
  /** Temporary files of the processes. */
  readonly temporary: string;
  readonly api: string;
  readonly coordinator: string;
  /** The services without a link: what an operator and the checks use. */
  readonly direct: { readonly redisUrl: string; readonly mongoUrl: string };
  readonly services: Readonly<Record<ServiceName, KeptProcess>>;
  readonly members: Readonly<Record<Member, KeptProcess>>;
  readonly links: Readonly<Record<Member, Readonly<Record<ServiceName, Link>>>>;
  /** Null where this process may not mount one. */
  readonly disk: SmallDisk | null;
  /** Steps the wall clock of a process; 0 puts it right. */
  setClock(member: Member, byMs: number): void;
  /** A second company beside the first; it is not started. */
  readonly rival: KeptProcess;
  /** Environment of a command of an operator. */
  readonly operatorEnvironment: Environment;
  /** Ends what still runs, and removes all files; `keepsOutputs`: all but the outputs of the processes. */
  clear(keepsOutputs: boolean): Promise<void>;
}

export interface WorldEvents {
  /** A process has ended although nobody had asked it to. */
  readonly onOwnEnd: (name: string, how: string) => void;
}

const MAIN = join(PROJECT_ROOT, 'dist', 'src', 'cli', 'main.js');
const CLOCK = pathToFileURL(join(import.meta.dirname, 'stepped-clock.mjs')).href;

/** @param profile of the paper venue */
export async function openWorld(profile: string, { onOwnEnd }: WorldEvents): Promise<World> {
  const directory = mkdtempSync(join(tmpdir(), 'corp-chaos-'));
  const [outputs, temporary, clocks] = ['outputs', 'tmp', 'clocks'].map((name) => {
    const path = join(directory, name);
    mkdirSync(path);
    return path;
  }) as [string, string, string];
  const disk = mountSmallDisk(join(directory, 'disk'));
  const { PATH, HOME } = process.env;
  const inherited = { PATH, HOME, TMPDIR: temporary };
  const taken = new Set<number>();
  const port = (): Promise<number> =>
    withFreePort(async (free) => {
      if (taken.has(free)) throw new Error(`port ${free} is taken`);
      taken.add(free);
      return free;
    });
  const [redisPort, storePort, apiPort, coordinatorPort, rivalPort] = [
    await port(),
    await port(),
    await port(),
    await port(),
    await port(),
  ];

  const keep = (name: string, command: Omit<Command, 'directory'>): KeptProcess =>
    keepProcess(name, { ...command, directory }, join(outputs, `${name}.log`), {
      onOwnEnd({ code, signal }) {
        const last =
          readFileSync(join(outputs, `${name}.log`), 'utf8')
            .trim()
            .split('\n')
            .at(-1) ?? '';
        onOwnEnd(name, `${signal === null ? `exit code ${code}` : `killed by ${signal}`}: ${last.slice(0, 300)}`);
      },
    });

  const redisDirectory = join(directory, 'disk', 'redis');
  const storeDirectory = join(directory, 'disk', 'store');
  mkdirSync(redisDirectory);
  mkdirSync(storeDirectory);
  const [node = process.execPath, ...store] = embeddedStoreCommand();
  const settings = ['appendonly yes', 'appendfsync always', 'maxmemory-policy noeviction', 'bind 127.0.0.1'];
  const redisArguments = settings.flatMap((setting) => {
    const [name, value] = setting.split(' ') as [string, string];
    return [`--${name}`, value];
  });
  const services: World['services'] = {
    redis: keep('redis', {
      program: 'redis-server',
      args: ['--port', String(redisPort), '--dir', redisDirectory, '--save', '', ...redisArguments],
      environment: inherited,
      announces: /Ready to accept connections/,
    }),
    store: keep('store', {
      program: node,
      args: [...store, '--directory', storeDirectory, '--port', String(storePort)],
      environment: inherited,
      announces: /"url"/,
    }),
  };

  const links = Object.fromEntries(
    await Promise.all(
      MEMBERS.map(async (member) => [
        member,
        { redis: await openLink(redisPort), store: await openLink(storePort) } satisfies Record<ServiceName, Link>,
      ]),
    ),
  ) as World['links'];

  const environmentOf = (name: string, redisUrl: string, mongoUrl: string): Environment => ({
    ...inherited,
    ...SETTINGS,
    CORP_EXCHANGE__PAPER__PROFILE: profile,
    CORP_DATABASE__DATA_DIRECTORY: join(directory, name),
    REDIS_URL: redisUrl,
    MONGO_URL: mongoUrl,
  });
  const throughLinks = (member: Member): Environment => ({
    ...environmentOf(
      member,
      `redis://127.0.0.1:${links[member].redis.port}`,
      `mongodb://127.0.0.1:${links[member].store.port}`,
    ),
    CHAOS_CLOCK: join(clocks, member),
    NODE_OPTIONS: `--import=${CLOCK}`,
  });
  const direct = { redisUrl: `redis://127.0.0.1:${redisPort}`, mongoUrl: `mongodb://127.0.0.1:${storePort}` };
  const corp = (environment: Environment, args: readonly string[], announces?: RegExp): Omit<Command, 'directory'> => ({
    program: process.execPath,
    args: ['--enable-source-maps', MAIN, ...args],
    environment,
    ...(announces && { announces }),
  });
  const start = (apiPort: number): readonly string[] => [
    ...['start', '--roles', 'feed,processors,api', '--port', String(apiPort)],
    ...['--speed', String(MARKET_SECONDS), '--json'],
  ];
  const members: World['members'] = {
    company: keep('company', corp(throughLinks('company'), start(apiPort), /^\{|^  "account"/)),
    'node-1': keep('node-1', corp(throughLinks('node-1'), ['node', '--queues', 'all', '--drain', '3'])),
    'node-2': keep('node-2', corp(throughLinks('node-2'), ['node', '--queues', 'all', '--drain', '3'])),
    coordinator: keep(
      'coordinator',
      corp(throughLinks('coordinator'), ['coordinator', '--port', String(coordinatorPort), '--json'], /coordinator/),
    ),
  };
  const operatorEnvironment = environmentOf('operator', direct.redisUrl, direct.mongoUrl);
  const rivalEnvironment = environmentOf('rival', direct.redisUrl, direct.mongoUrl);
  const rival = keep('rival', corp(rivalEnvironment, start(rivalPort), /^\{|^  "account"/));

  return {
    directory,
    outputs,
    temporary,
    api: `http://127.0.0.1:${apiPort}`,
    coordinator: `http://127.0.0.1:${coordinatorPort}`,
    direct,
    services,
    members,
    links,
    disk,
    rival,
    operatorEnvironment,
    setClock: (member, byMs) => writeFileSync(join(clocks, member), String(byMs)),
    async clear(keepsOutputs) {
      const all = [rival, ...MEMBERS.map((name) => members[name]), ...SERVICES.map((name) => services[name])];
      for (const one of all) one.signal('SIGCONT');
      await Promise.all(all.map((one) => one.stop('SIGKILL')));
      await Promise.all(MEMBERS.flatMap((name) => SERVICES.map((service) => links[name][service].close())));
      disk?.unmount();
      for (const name of readdirSync(directory))
        if (!keepsOutputs || join(directory, name) !== outputs)
          rmSync(join(directory, name), { recursive: true, force: true });
      if (!keepsOutputs) rmdirSync(directory);
    },
  };
}
