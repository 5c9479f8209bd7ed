import { type DeadLetter } from '../../ports/records.ts';
import { type DeadLetterStore } from '../../ports/stores.ts';
import { type Database } from './database.ts';
import { json, number, optional, text } from './fields.ts';
import { keyOf } from './row-codec.ts';

export function createDeadLetterStore(database: Database): DeadLetterStore {
  const letters = database.table<DeadLetter>({
    collection: 'deadLetters',
    key: ({ queue, jobId }) => keyOf(queue, jobId),
    fields: {
      queue: text,
      jobId: text,
      name: text,
      code: text,
      reason: text,
      advice: text,
      attempts: number,
      data: json,
      failedAt: number,
      retriedAt: optional(number),
    },
    indexes: [{ failedAt: -1 }],
  });

  return {
    record: (letter) => letters.replace([letter]),
    get: (queue, jobId) => letters.get(keyOf(queue, jobId)),
    list: (limit) => letters.find({}, { failedAt: -1 }, { limit }),
    markRetried: (queue, jobId, at) => letters.change(keyOf(queue, jobId), {}, { retriedAt: at }),
  };
}
