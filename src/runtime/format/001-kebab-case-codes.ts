import { QUEUE_NAMES } from '../../../queues/names.ts';
import { type Migration } from './migration.ts';

const OLD_CODE = /^[A-Z][A-Z0-9]*(_[A-Z0-9]+)*$/;
const OLD_REASON = /^\[([A-Z][A-Z0-9_]*)\] /;

const kebab = (code: string): string => code.toLowerCase().replaceAll('_', '-');

interface Letter {
  readonly _id: string;
  readonly code: string;
}

/** Renames stored error codes such as MONGO_UNREACHABLE to kebab-case, which all codes use now. */
export const kebabCaseCodes: Migration = {
  to: 1,
  async store({ db }) {
    const letters = db.collection<Letter>('deadLetters');
    for await (const { _id, code } of letters.find({})) {
      if (OLD_CODE.test(code)) await letters.updateOne({ _id }, { $set: { code: kebab(code) } });
    }
  },
  async queues({ redis, prefix }) {
    for (const queue of QUEUE_NAMES) {
      for (const id of await redis.zrange(`${prefix}:${queue}:failed`, 0, '-1')) {
        const key = `${prefix}:${queue}:${id}`;
        const reason = await redis.hget(key, 'failedReason');
        const old = reason === null ? null : OLD_REASON.exec(reason);
        if (reason !== null && old?.[1] !== undefined)
          await redis.hset(key, 'failedReason', reason.replace(OLD_REASON, `[${kebab(old[1])}] `));
      }
    }
  },
};
