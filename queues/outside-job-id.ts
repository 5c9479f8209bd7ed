/**
 * Names that BullMQ uses beside the ids of jobs: `<prefix>:<queue>:wait` is the list of waiting jobs, so that a job with the id
 * `wait` would destroy it.
 */
const RESERVED: ReadonlySet<string> = new Set([
  'active',
  'completed',
  'de',
  'delayed',
  'events',
  'failed',
  'id',
  'limiter',
  'marker',
  'meta',
  'metrics',
  'paused',
  'pc',
  'prioritized',
  'priority',
  'repeat',
  'stalled',
  'stalled-check',
  'wait',
  'waiting',
  'waiting-children',
]);

export const isReservedJobId = (id: string): boolean => RESERVED.has(id.toLowerCase());

/** Ids from outside have their own names: none can be that of a job which the company adds, or of a key of the queue. */
export const outsideJobId = (id: string): string => `api.${id}`;
