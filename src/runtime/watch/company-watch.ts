import { Redis } from 'ioredis';
import { createRaiseAlert } from '../../../processors/agent/raise-alert.ts';
import { MONEY_QUEUES, QUEUE_NAMES } from '../../../queues/names.ts';
import { restoreSchedules, type ScheduleIntervals } from '../../../queues/schedulers.ts';
import { AppError, errorText } from '../../domain/errors.ts';
import { withTimeout } from '../../ports/with-timeout.ts';
import { announceCompany, isAnnounced } from '../company-descriptor.ts';
import { type AppContext } from '../context.ts';
import { probeMongo } from '../services/probe-mongo.ts';
import { requireSoundRedis } from '../services/probe-redis.ts';
import { createAuditHead } from './audit-head.ts';
import { createOutages } from './outages.ts';
import { repeat } from './repeat.ts';
import { createUnknownNodes } from './unknown-nodes.ts';

export interface CompanyWatchOptions {
  readonly context: AppContext;
  readonly mongoUrl: string;
  readonly schedules: ScheduleIntervals;
  /** Ends the company: what it has in memory belongs to a store that is gone. */
  readonly onFatal: (error: Error) => void;
  readonly everyMs?: number;
}

export interface CompanyWatch {
  /** What does not work now, for `/ready`. */
  problems(): Readonly<Record<string, string>>;
  close(): Promise<void>;
}

const EVERY_MS = 5000;
const ANSWER_WITHIN_MS = 2000;
/** For several requests to a Redis that has answered a moment before. */
const ASSERT_WITHIN_MS = 20_000;

/**
 * The leading process asserts at intervals what the company needs to be in Redis, because a Redis that was emptied, filled or
 * replaced says nothing: its card, its schedules, one job at a time on money queues, the jobs of running cycles. It also looks
 * for processes that take its jobs without being of this company, and for a store that was replaced.
 */
export function startCompanyWatch(options: CompanyWatchOptions): CompanyWatch {
  const { context, mongoUrl, schedules, onFatal, everyMs = EVERY_MS } = options;
  const { redisUrl, prefix, stores, producer, descriptor, clock, log, broadcaster } = context;
  const { namespace } = context.config.database;
  const { account } = descriptor;
  const raiseAlert = createRaiseAlert({ stores, broadcaster, clock });
  const outages = createOutages({ clock, log, raiseAlert });
  const auditHead = createAuditHead(stores.audit, prefix);
  const unknownNodes = createUnknownNodes(stores.nodes, prefix);
  const redis = new Redis(redisUrl, { maxRetriesPerRequest: 1, commandTimeout: ANSWER_WITHIN_MS });
  // Failed commands report the same.
  redis.on('error', () => undefined);

  const restore = async (): Promise<void> => {
    const announced = await isAnnounced(redisUrl, namespace, descriptor);
    if (!announced) await announceCompany(redisUrl, namespace, descriptor);
    const missing = await restoreSchedules(producer, account, schedules);
    for (const name of MONEY_QUEUES) {
      const queue = producer.queue(name);
      if ((await queue.getGlobalConcurrency()) !== 1) await queue.setGlobalConcurrency(1);
    }
    if (announced && missing.length === 0) return;
    const meta = { priority: 'critical', causedBy: 'runtime/restore' } as const;
    await producer.add('task-manager', 'sweep', {}, { meta });
    await producer.add('trader', 'reconcile', { account }, { meta });
    const what = [...(announced ? [] : ['the card of the company']), ...missing.map((name) => `schedule ${name}`)];
    const text = `Redis had lost ${what.join(', ')}: they are there again, and running cycles are queued again; other jobs that waited are gone`;
    log.warn(text);
    await raiseAlert({
      key: `redis-lost/${prefix}/${clock.now()}`,
      account,
      severity: 'critical',
      title: 'Redis has lost data',
      text,
    });
  };

  const reportUnknown = async (): Promise<void> => {
    const unknown = await unknownNodes.look(redis);
    for (const { node, address } of unknown) {
      await raiseAlert({
        key: `unknown-node/${node ?? address}`,
        account,
        severity: 'critical',
        title: 'Unknown node',
        text: `${node ?? 'a process without a name'} at ${address} takes jobs of this company, but sends no heartbeat to its store: it may keep books of its own. End it, or give it MONGO_URL of this company`,
      });
    }
    const names = unknown.map(({ node, address }) => node ?? address);
    await outages.note('nodes', names.length === 0 ? null : `unknown: ${names.join(', ')}`);
  };

  /** A queue whose keys are of another kind takes no job, for good. */
  const queueProblem = async (): Promise<string | null> => {
    const asked = await Promise.allSettled(QUEUE_NAMES.map((name) => producer.queue(name).getJobCounts()));
    const bad = QUEUE_NAMES.filter((_, i) => asked[i]?.status === 'rejected');
    const [first] = asked.filter((one) => one.status === 'rejected');
    return first === undefined ? null : `${bad.join(', ')} cannot be used: ${errorText(first.reason)}`;
  };

  const compareAudit = async (): Promise<void> => {
    const problem = await auditHead.compare(redis);
    if (problem === null) return;
    onFatal(
      new AppError('store-replaced', `${problem}, and it was replaced while the company ran`, {
        advice: 'Start again: the start reconciles with the venue, and reduces trading until three candles agree',
      }),
    );
  };

  const round = async (): Promise<void> => {
    const [sound, answers] = await Promise.all([
      problemOf(requireSoundRedis(redisUrl, namespace, ANSWER_WITHIN_MS)),
      problemOf(probeMongo(mongoUrl, ANSWER_WITHIN_MS)),
    ]);
    await outages.note('redis', sound?.text ?? null);
    await outages.note('mongo', answers?.text ?? null);
    // One that may drop keys needs it most.
    if ((sound !== null && sound.code !== 'redis-evicts') || answers !== null) return;
    await withTimeout(ASSERT_WITHIN_MS, 'asserting the company in Redis', restore());
    await withTimeout(ASSERT_WITHIN_MS, 'looking at the queues', queueProblem()).then((problem) =>
      outages.note('queues', problem),
    );
    await reportUnknown();
    await compareAudit();
  };

  const rounds = repeat(everyMs, 'watch of Redis and the store', log, round);
  return {
    problems: () => outages.current(),
    async close() {
      redis.disconnect();
      await rounds.close();
    },
  };
}

async function problemOf(check: Promise<void>): Promise<{ readonly code: string; readonly text: string } | null> {
  try {
    await check;
    return null;
  } catch (error) {
    return { code: error instanceof AppError ? error.code : 'unexpected', text: errorText(error) };
  }
}
