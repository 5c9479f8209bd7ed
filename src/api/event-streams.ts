import { once } from 'node:events';
import { type Response } from 'express';
import { type BroadcastEntry, type BroadcastReader } from '../ports/broadcaster.ts';
import { errorText } from '../domain/errors.ts';
import { type Logger } from '../ports/logger.ts';
import { RequestError } from '../http/request-error.ts';

/** Maximum number of streams; each one needs a Redis connection. */
const MAX_STREAMS = 64;
/** Proxies close connections that are idle for a minute; and only a write detects a dead client. */
const HEARTBEAT_MS = 15_000;

export interface EventStreams {
  /**
   * Sends the broadcasts after `after` until the client disconnects or the server closes.
   * @throws RequestError 503 `too-many-streams`
   */
  serve(response: Response, after: string): Promise<void>;
  close(): void;
}

export function toServerSentEvent({ id, topic, at, data }: BroadcastEntry): string {
  return `id: ${id}\nevent: ${topic}\ndata: ${JSON.stringify({ topic, at, data })}\n\n`;
}

export function createEventStreams(reader: BroadcastReader, log: Logger): EventStreams {
  const closing = new AbortController();
  let open = 0;

  return {
    async serve(response, after) {
      if (closing.signal.aborted || open >= MAX_STREAMS) {
        throw new RequestError(503, 'too-many-streams', `${MAX_STREAMS} event streams are already open`);
      }
      open += 1;
      const gone = new AbortController();
      response.once('close', () => gone.abort());
      const ended = AbortSignal.any([gone.signal, closing.signal]);
      response.writeHead(200, { 'Content-Type': 'text/event-stream; charset=utf-8', 'X-Accel-Buffering': 'no' });
      response.write('retry: 2000\n\n');
      const heartbeat = setInterval(() => response.write(': heartbeat\n\n'), HEARTBEAT_MS);
      try {
        for await (const entry of reader.follow(after, ended)) {
          if (!response.write(toServerSentEvent(entry))) await once(response, 'drain', { signal: ended });
        }
      } catch (error) {
        if (!ended.aborted) log.warn(`event stream: ${errorText(error)}`);
      } finally {
        clearInterval(heartbeat);
        response.end();
        open -= 1;
      }
    },
    close() {
      closing.abort();
    },
  };
}
