/** Topics of the broadcast stream. Delivery is at least once, with ids, in order of publication. */
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
 * One entry of the broadcast stream. `id` orders entries and resumes a reader. It begins with the wall time of
 * publication, so that a reader resumed from `<epoch ms>-0` gets everything published since then.
 */
export interface BroadcastEntry extends Broadcast {
  readonly id: string;
}

export interface BroadcastReader {
  /** Yields entries after `after` (an entry id; `$` for new entries only) until `abortSignal` aborts. */
  follow(after: string, abortSignal: AbortSignal): AsyncIterable<BroadcastEntry>;
  close(): Promise<void>;
}
