import { type Logger } from '../src/ports/logger.ts';

/**
 * A handler for connection errors, which come many a second while Redis is away: the first of each text is logged,
 * then every hundredth. A BullMQ object without such a handler ends the process.
 */
export function throttledErrors(log: Logger, what: string): (error: Error) => void {
  const seen = new Map<string, number>();
  return (error) => {
    const text = error.message === '' ? error.name : error.message;
    const count = (seen.get(text) ?? 0) + 1;
    seen.set(text, count);
    if (count % 100 === 1) log.warn(`${what}: ${text}`, { count });
  };
}
