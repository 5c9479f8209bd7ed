import { Option, type Command } from 'commander';
import { PRIORITIES, type Priority } from '../../../queues/meta.ts';
import { MONEY_QUEUES, type QueueName } from '../../../queues/names.ts';
import { ADDED_BY, completeFromOutside } from '../../../queues/from-outside.ts';
import { runningMarket } from '../../runtime/running-market.ts';
import { AppError } from '../../domain/errors.ts';
import { announcedDescriptor, type Mode } from '../process/choose-descriptor.ts';
import { type CliIo } from '../output/io.ts';
import { listing } from '../process/list-command.ts';
import { withContext } from '../process/open-context.ts';
import { jsonOption, modeOption, parseQueue } from '../input/options.ts';
import { isoTime } from '../../reports/figures.ts';

interface CommonOptions {
  readonly json: boolean;
  readonly mode?: Mode;
}
interface AddOptions extends CommonOptions {
  readonly data: string;
  readonly priority: Priority;
}

function parseData(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new AppError('bad-input', `--data is not JSON: ${(cause as Error).message}`, { cause });
  }
}

/** The risk manager and the trader take work from the company alone. */
function refuseMoneyWork(queue: QueueName, what: 'added' | 'retried'): void {
  if (!MONEY_QUEUES.includes(queue)) return;
  throw new AppError('bad-input', `jobs of ${queue} cannot be ${what} from outside`, {
    advice:
      'Use corp halt, corp reduce, corp resume or corp flatten; the company repeats work that failed with the next candle',
  });
}

export function registerJobs(program: Command, io: CliIo): void {
  const jobs = program.command('jobs');

  listing(jobs.command('failed').description('finally failed jobs, with advice'), io, {
    read: ({ stores }, { limit }) => stores.deadLetters.list(limit),
    row: ({ failedAt, queue, name, jobId, attempts, retriedAt, reason, advice }) => ({
      failed: isoTime(failedAt),
      queue,
      job: name,
      id: jobId,
      attempts,
      retried: retriedAt === undefined ? null : isoTime(retriedAt),
      reason,
      advice,
    }),
    empty: 'No failed jobs.',
  });

  const report = (json: boolean, queue: QueueName, jobId: string, sentence: string): void => {
    if (json) io.json({ queue, jobId });
    else io.print(sentence);
  };

  jobs
    .command('retry')
    .description('put a failed job back on its queue')
    .argument('<queue>', 'name of its queue', parseQueue)
    .argument('<id>')
    .addOption(modeOption())
    .addOption(jsonOption())
    .action(async (queue: QueueName, id: string, { json, mode }: CommonOptions) => {
      refuseMoneyWork(queue, 'retried');
      await withContext(io, announcedDescriptor(mode), async ({ producer, stores, clock }) => {
        const job = await producer.queue(queue).getJob(id);
        const state = job ? await job.getState() : 'unknown';
        if (!job || state !== 'failed') {
          const problem = job ? `is ${state}: only a failed job can be retried` : `is not on queue ${queue}`;
          throw new AppError('bad-input', `job ${id} ${problem}`, { advice: 'See corp jobs failed' });
        }
        await job.retry('failed', { resetAttemptsMade: true });
        await stores.deadLetters.markRetried(queue, id, clock.now());
      });
      report(json, queue, id, `Job ${id} is back on queue ${queue}.`);
    });

  jobs
    .command('add')
    .description('add a job of an agent; its contract defines the jobs')
    .argument('<queue>', 'name of its queue', parseQueue)
    .argument('<name>', 'name of the job')
    .option('--data <json>', "payload that matches the job's contract; the running company adds what it knows", '{}')
    .addOption(new Option('--priority <priority>').choices(Object.keys(PRIORITIES)).default('normal'))
    .addOption(modeOption())
    .addOption(jsonOption())
    .action(async (queue: QueueName, name: string, { data, priority, json, mode }: AddOptions) => {
      refuseMoneyWork(queue, 'added');
      const payload = parseData(data);
      const jobId = await withContext(io, announcedDescriptor(mode), async (context) => {
        const { account, mode: own } = context.descriptor;
        const company = { ...runningMarket(context), account, mode: own, stores: context.stores };
        const complete = await completeFromOutside(queue, name, payload, company);
        const meta = { priority, causedBy: ADDED_BY.cli };
        return context.producer.addUnchecked(queue, name, complete, { meta });
      });
      report(json, queue, jobId, `Job ${jobId} (${name}) is on queue ${queue}.`);
    });
}
