import { z } from 'zod';
import { AppError } from '../src/domain/errors.ts';
import { isTimeframe, timeframeAnchor, timeframeMs, type Timeframe } from '../src/domain/market/timeframe.ts';
import { cycleInputsHash } from '../src/domain/research/cycle-id.ts';
import { type TradingMode } from '../src/domain/trading-mode.ts';
import { type Stores } from '../src/ports/stores.ts';
import { type Meta } from './meta.ts';
import { QUEUE_NAMES, type QueueName } from './names.ts';
import { contractOf, jobContractOf } from './producer.ts';

const DAY_MS = 86_400_000;

/** The company that runs here: it bounds what people may ask of it, and completes what they leave out. */
export interface RunningCompany {
  readonly account: string;
  readonly mode: TradingMode;
  /** Name of the market source and of its feed. */
  readonly source: string;
  readonly timeframe: Timeframe;
  readonly seed: number;
  readonly stores: Pick<Stores, 'feed' | 'cycles'>;
  readonly symbols: () => Promise<readonly string[]>;
}

const PEOPLES_JOBS: readonly (readonly [QueueName, string])[] = QUEUE_NAMES.flatMap((queue) =>
  Object.entries(contractOf(queue).jobs)
    .filter(([, job]) => job.forPeople === true)
    .map(([name]) => [queue, name] as const),
);

/** `causedBy` of jobs that people add: with the API, with the command line. */
export const ADDED_BY = { api: 'api', cli: 'corp jobs add' } as const;

const ADDERS: ReadonlySet<unknown> = new Set(Object.values(ADDED_BY));
/** Each is a process that died while it ran the job. */
const DEATHS_OF_PERSONS_JOB = 2;

/** A job of a person that has killed its process twice would kill the next one, and with it the company, at each start. */
export const killsItsProcess = ({ causedBy }: Pick<Meta, 'causedBy'>, deaths: number): boolean =>
  ADDERS.has(causedBy) && deaths >= DEATHS_OF_PERSONS_JOB;

/** Names of the jobs of a queue that people may add. */
export const jobsForPeople = (queue: QueueName): readonly string[] =>
  PEOPLES_JOBS.filter(([of]) => of === queue).map(([, name]) => name);

/** @throws AppError `company-job` for a job that the company adds alone; an unknown job is refused by the producer */
function requireForPeople(queue: QueueName, name: string): void {
  if (jobContractOf(queue, name) === undefined || jobsForPeople(queue).includes(name)) return;
  throw new AppError('company-job', `${queue}:${name} is added by the company alone`, {
    advice: `Jobs for people: ${PEOPLES_JOBS.map((job) => job.join(':')).join(', ')}`,
  });
}

type Fields = Readonly<Record<string, unknown>>;
type Complete = (given: Fields, company: RunningCompany, now: number) => Promise<Fields>;

/** Close of the last candle at the market time, epoch ms. */
function lastClose(now: number, timeframe: unknown): number {
  if (typeof timeframe !== 'string' || !isTimeframe(timeframe)) return now;
  const anchor = timeframeAnchor(timeframe);
  return anchor + Math.floor((now - anchor) / timeframeMs(timeframe)) * timeframeMs(timeframe);
}

/** Times that a job may name, none after the market time. */
const TIMES = ['asOf', 'day', 'candleTime'];

const startCycle: Complete = async (given, { stores, ...company }, now) => {
  const { source, mode, timeframe, seed } = company;
  const data: Fields = {
    source,
    mode,
    timeframe,
    seed,
    asOf: lastClose(now, given['timeframe'] ?? timeframe),
    ...(given['symbols'] === undefined && { symbols: [...(await company.symbols())].sort() }),
    ...given,
  };
  const isComplete = Array.isArray(data['symbols']) && isTimeframe(String(data['timeframe']));
  if (given['run'] !== undefined || !isComplete) return data;
  // The next run: the same one again would be the cycle that has ended.
  const latest = await stores.cycles.latestOf(
    cycleInputsHash(data as unknown as Parameters<typeof cycleInputsHash>[0]),
  );
  return { ...data, run: latest === null ? 1 : latest.state === 'running' ? latest.run : latest.run + 1 };
};

const day: Complete = async (given, _company, now) => ({ day: Math.floor(now / DAY_MS) * DAY_MS, ...given });

const COMPLETE: Readonly<Record<string, Complete>> = {
  'task-manager:start-cycle': startCycle,
  'ceo:start-day': day,
  'ceo:stop-day': day,
};

/** Fields of a job that people may leave out, because the running company has them. */
export function optionalOutside(queue: QueueName, name: string): readonly string[] {
  const own = takesAccount(queue, name) ? ['account'] : [];
  if (queue === 'task-manager' && name === 'start-cycle')
    return [...own, 'source', 'mode', 'symbols', 'timeframe', 'seed', 'asOf'];
  return COMPLETE[`${queue}:${name}`] === undefined ? own : [...own, 'day'];
}

function takesAccount(queue: QueueName, name: string): boolean {
  const schema = jobContractOf(queue, name)?.data;
  return schema instanceof z.ZodObject && Object.hasOwn(schema.shape, 'account');
}

/**
 * Completes the payload of a job that a person adds, and refuses another account, mode or source than the company's, and a
 * time that its feed has not reached. The contract is checked afterwards, by the producer.
 * @throws AppError `bad-message`, `company-job`, `no-feed`
 */
export async function completeFromOutside(
  queue: QueueName,
  name: string,
  data: unknown,
  company: RunningCompany,
): Promise<unknown> {
  requireForPeople(queue, name);
  const complete = COMPLETE[`${queue}:${name}`];
  if (!takesAccount(queue, name)) return data;
  const given: unknown = data ?? {};
  if (typeof given !== 'object' || given === null || Array.isArray(given)) return data;
  const { account, mode, source, stores } = company;
  const refuse = (field: string, problem: string): never => {
    throw new AppError('bad-message', `${queue}:${name}: data.${field}: ${problem}`, {
      advice: 'Leave it out: the running company has it',
    });
  };
  const fields = given as Fields;
  for (const [field, own] of Object.entries({ account, mode, source }))
    if (fields[field] !== undefined && fields[field] !== own) refuse(field, `must be ${own}`);
  const own = { account, ...fields };
  const times = TIMES.filter((field) => typeof fields[field] === 'number');
  // A halt must not depend on the feed.
  if (complete === undefined && times.length === 0) return own;
  const now = (await stores.feed.get(source))?.now;
  if (now === undefined) {
    throw new AppError('no-feed', 'the feed of this company has not started yet', {
      retryable: true,
      advice: 'Try again when corp status shows a market time',
    });
  }
  for (const field of times) {
    if (Number(fields[field]) > now) refuse(field, `must not be after the market time ${new Date(now).toISOString()}`);
  }
  return complete === undefined ? own : complete(own, company, now);
}
