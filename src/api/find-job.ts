import { type Job } from 'bullmq';
import { type QueueName } from '../../queues/names.ts';
import { isReservedJobId, outsideJobId } from '../../queues/outside-job-id.ts';
import { type Producer } from '../../queues/producer.ts';

/** Redis answers so when the id is that of another key of the queue, such as the events of a job. */
const isOtherKey = (error: unknown): boolean => error instanceof Error && error.message.startsWith('WRONGTYPE');

async function read(producer: Producer, queue: QueueName, id: string): Promise<Job | undefined> {
  if (isReservedJobId(id)) return undefined;
  try {
    const job: Job | undefined = await producer.queue(queue).getJob(id);
    // A key of another kind has no name of a job.
    return typeof job?.name === 'string' && job.name !== '' ? job : undefined;
  } catch (error) {
    if (isOtherKey(error)) return undefined;
    throw error;
  }
}

/** A job by its id, or by the id that a client gave it. */
export const findJob = async (producer: Producer, queue: QueueName, id: string): Promise<Job | undefined> =>
  (await read(producer, queue, id)) ?? read(producer, queue, outsideJobId(id));
