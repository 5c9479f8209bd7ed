import { type Logger } from '../src/ports/logger.ts';

/**
 * Creates a handler for connection errors, which come many times a second while Redis is unreachable: it logs the first
 * error of each message, then every hundredth. A BullMQ object without an error handler ends the process.
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
