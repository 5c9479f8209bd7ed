/** What everybody may want to hear; at least once, with ids, in order of publication. */
export const BROADCAST_TOPICS = [
  'agent-state',
  'agent-restart',
  'cycle-progress',
  'opportunity',
  'order',
  'fill',
  'trading-state',
  'alert',
  'dead-letter',
] as const;
export type BroadcastTopic = (typeof BROADCAST_TOPICS)[number];

export interface Broadcast {
  readonly topic: BroadcastTopic;
  /** Wall time, epoch ms. */
  readonly at: number;
  readonly data: Readonly<Record<string, unknown>>;
}

export interface Broadcaster {
  publish(broadcast: Broadcast): Promise<void>;
}

/**
 * One entry of the broadcast stream; `id` orders entries and resumes a reader. It begins with the wall time of its
 * publication: a reader resumed from `<epoch ms>-0` gets what was published since.
 */
export interface BroadcastEntry extends Broadcast {
  readonly id: string;
}

export interface BroadcastReader {
  /** Entries after `after` (an entry's id; `$` for those to come), for ever, until `signal` aborts. */
  follow(after: string, signal: AbortSignal): AsyncIterable<BroadcastEntry>;
  close(): Promise<void>;
}
