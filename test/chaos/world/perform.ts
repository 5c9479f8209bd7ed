import { setTimeout as delay } from 'node:timers/promises';
import { Redis } from 'ioredis';
import { nameOf, SERVICES, type Act, type Member, type ServiceName } from '../plan/plan.ts';
import { type Story } from '../story.ts';
import { memberAtWork } from './at-work.ts';
import { type Books } from './books.ts';
import { type KeptProcess } from './kept-process.ts';
import { patiently } from './patiently.ts';
import { type World } from './world.ts';

export interface PerformDeps {
  readonly world: World;
  readonly books: Books;
  readonly story: Story;
  /** Names of processes that may end by themselves now. */
  readonly mayEnd: Set<string>;
}

/** A machine three times slower starts a company in this time, also while a service is away. */
const BACK_WITHIN_MS = 240_000;
const SETTLED_AFTER_MS = 4_000;
/** Services may be away. */
const AT_WORK_WITHIN_MS = 20_000;
const GIVES_WAY_WITHIN_MS = 90_000;

const since = (startedAt: number): string => `${((performance.now() - startedAt) / 1000).toFixed(1)} s`;

/** Does an act and undoes it. Returns what was seen. Acts of the operator are not done here. */
export async function perform(
  { world, books, story, mayEnd }: PerformDeps,
  act: Exclude<Act, { kind: 'order' }>,
): Promise<string> {
  const isService = (target: Member | ServiceName): target is ServiceName =>
    (SERVICES as readonly string[]).includes(target);
  const processOf = (target: Member | ServiceName): KeptProcess =>
    isService(target) ? world.services[target] : world.members[target];
  const back = async (one: KeptProcess): Promise<string> => {
    const startedAt = performance.now();
    const works = await Promise.race([one.works().then(() => true), delay(BACK_WITHIN_MS, false, { ref: false })]);
    if (!works)
      story.violate('comes back', `${one.name} does not work ${BACK_WITHIN_MS / 1000} s after: ${nameOf(act)}`);
    return `works again after ${since(startedAt)}`;
  };

  switch (act.kind) {
    case 'kill': {
      await processOf(act.target).end('SIGKILL');
      return back(processOf(act.target));
    }
    case 'kill-at-work': {
      const found = await memberAtWork(world, books, act.queue, AT_WORK_WITHIN_MS);
      if (found === null) return 'none did';
      await world.members[found.member].end('SIGKILL');
      return `${found.member} in ${found.job}, ${await back(world.members[found.member])}`;
    }
    case 'restart': {
      const ending = await processOf(act.target).end('SIGTERM');
      // A process that was still starting has nothing to put in order.
      if (ending !== null && ending.code !== 0 && ending.signal !== 'SIGTERM' && ending.code !== 130)
        story.violate('clean stop', `${act.target} ended with ${ending.code ?? ending.signal} on SIGTERM`);
      return `ended with ${ending?.code ?? ending?.signal}, ${await back(processOf(act.target))}`;
    }
    case 'pause': {
      const one = processOf(act.target);
      one.signal('SIGSTOP');
      await delay(act.forMs);
      one.signal('SIGCONT');
      return '';
    }
    case 'stop': {
      const one = world.services[act.target];
      await one.stop('SIGTERM');
      await delay(act.forMs);
      one.start();
      return back(one);
    }
    case 'flush-redis':
      await flushRedis(world);
      return '';
    case 'full-disk': {
      if (world.disk === null) return 'skipped: this process may not mount a disk';
      for (const name of SERVICES) mayEnd.add(name);
      const before = SERVICES.map((name) => world.services[name].starts());
      await world.disk.fill(act.forMs);
      // One that started on the full disk may end at its next write.
      await delay(SETTLED_AFTER_MS);
      const seen = await Promise.all(SERVICES.map((name) => back(world.services[name])));
      for (const name of SERVICES) mayEnd.delete(name);
      const starts = SERVICES.map((name, i) => `${name} ${world.services[name].starts() - before[i]!}`);
      return `starts: ${starts.join(', ')}; ${seen[0]}`;
    }
    case 'clock': {
      world.setClock(act.target, act.byMs);
      await delay(act.forMs);
      world.setClock(act.target, 0);
      return '';
    }
    case 'link': {
      await world.links[act.target][act.service].trouble(act.trouble, act.forMs);
      return '';
    }
    case 'rival':
      return rival({ world, books, story, mayEnd }, back);
  }
}

export async function flushRedis({ direct }: World): Promise<void> {
  const redis = new Redis(direct.redisUrl, { maxRetriesPerRequest: null });
  redis.on('error', () => undefined);
  await redis.flushall();
  redis.disconnect();
}

/** The lease of a frozen company expires; when it wakes up beside its successor, one of both must end. */
async function rival(
  { world, story, mayEnd }: PerformDeps,
  back: (one: KeptProcess) => Promise<string>,
): Promise<string> {
  const { company } = world.members;
  const { rival: other } = world;
  mayEnd.add('company').add('rival');
  const pid = company.pid();
  company.signal('SIGSTOP');
  try {
    other.start();
    const took = await back(other);
    company.signal('SIGCONT');
    const isAlone = await patiently(GIVES_WAY_WITHIN_MS, () => company.pid() !== pid || other.pid() === undefined);
    if (!isAlone) story.violate('one feed', `two companies run ${GIVES_WAY_WITHIN_MS / 1000} s side by side`);
    const who = company.pid() === pid ? 'the second' : 'the first';
    await other.stop('SIGTERM');
    return `the second ${took}; ${who} gave way; the first ${await back(company)}`;
  } finally {
    company.signal('SIGCONT');
    await other.stop('SIGKILL');
    mayEnd.delete('company');
    mayEnd.delete('rival');
  }
}
