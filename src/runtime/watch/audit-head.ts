import { Redis } from 'ioredis';
import { z } from 'zod';
import { type AuditStore } from '../../ports/stores.ts';

const copySchema = z.strictObject({ seq: z.int(), hash: z.string() });

export interface AuditHead {
  /**
   * Compares the copy in Redis with the audit log. Returns what is wrong: the store is an older copy, or another one. A Redis
   * without a copy proves nothing. The copy is renewed unless something is wrong: it is the evidence for the next start.
   */
  compare(redis: Redis): Promise<string | null>;
  /** The copy is that of this store from now on. */
  accept(redis: Redis): Promise<void>;
}

/**
 * The last record of the audit log, copied to Redis: the log only grows, so a store that does not have the record was replaced
 * by an older copy, and its ledger is behind the venue.
 */
export function createAuditHead(audit: Pick<AuditStore, 'head' | 'read'>, prefix: string): AuditHead {
  const key = `${prefix}:audit-head`;

  /** Of a copy: whether the store has its record. */
  const problemOf = async ({ seq, hash }: z.output<typeof copySchema>): Promise<string | null> => {
    const [record] = await audit.read(seq, 1);
    if (record?.seq === seq && record.hash === hash) return null;
    const head = await audit.head();
    return head === null || head.seq < seq
      ? `the store is an older copy: its audit log ends at record ${head?.seq ?? 0}, Redis knows record ${seq}`
      : `the store is another one: record ${seq} of its audit log is not the one that Redis knows`;
  };

  const renew = async (redis: Redis, before: string | null): Promise<void> => {
    const head = await audit.head();
    const after = head === null ? null : JSON.stringify({ seq: head.seq, hash: head.hash });
    if (after === before) return;
    if (after !== null) await redis.set(key, after);
    else await redis.del(key);
  };

  return {
    accept: async (redis) => renew(redis, await redis.get(key)),
    async compare(redis) {
      const text = await redis.get(key);
      const copy = text === null ? null : copySchema.parse(JSON.parse(text));
      const problem = copy === null ? null : await problemOf(copy);
      if (problem === null) await renew(redis, text);
      return problem;
    },
  };
}

/**
 * The same once, at the start of a company. What is wrong is reported first, and then accepted: a start that is interrupted
 * between finds it again.
 */
export async function compareAuditHead(
  redisUrl: string,
  audit: Pick<AuditStore, 'head' | 'read'>,
  prefix: string,
  report: (problem: string) => Promise<void>,
): Promise<void> {
  const redis = new Redis(redisUrl, { maxRetriesPerRequest: 3 });
  // Errors reach the caller through the failed command.
  redis.on('error', () => undefined);
  try {
    const auditHead = createAuditHead(audit, prefix);
    const problem = await auditHead.compare(redis);
    if (problem === null) return;
    await report(problem);
    await auditHead.accept(redis);
  } finally {
    redis.disconnect();
  }
}
