import { BROADCAST_TOPICS, type Broadcast, type BroadcastEntry, type BroadcastTopic } from '../../ports/broadcaster.ts';

/** Fields of one entry of the Redis stream: alternating names and values. */
export function encodeEntry({ topic, at, data }: Broadcast): readonly string[] {
  return ['topic', topic, 'at', String(at), 'data', JSON.stringify(data)];
}

function isTopic(text: string | undefined): text is BroadcastTopic {
  return (BROADCAST_TOPICS as readonly (string | undefined)[]).includes(text);
}

function parseObject(text: string | undefined): Readonly<Record<string, unknown>> | null {
  try {
    const value: unknown = JSON.parse(text ?? '');
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : null;
  } catch {
    return null;
  }
}

/** Returns an error for an entry of unknown form: an entry of a newer release or foreign data must not stop readers. */
export function decodeEntry(id: string, fields: readonly string[]): BroadcastEntry | Error {
  const value = (name: string): string | undefined => {
    const index = fields.findIndex((field, i) => i % 2 === 0 && field === name);
    return index < 0 ? undefined : fields[index + 1];
  };
  const topic = value('topic');
  const at = Number(value('at'));
  const data = parseObject(value('data'));
  if (!isTopic(topic) || !Number.isSafeInteger(at) || data === null) {
    return new Error(`broadcast entry ${id} has an unknown format: topic ${topic ?? 'missing'}`);
  }
  return { id, topic, at, data };
}
