/**
 * Joins the reads of one key that are asked for in the same turn of the event loop. The read begins after all of them, so
 * that no answer is older than its request.
 */
export function createSharedReads<T>(read: (key: string) => Promise<T>): (key: string) => Promise<T> {
  const asked = new Map<string, Promise<T>>();
  return (key) => {
    const shared =
      asked.get(key) ??
      Promise.resolve().then(() => {
        asked.delete(key);
        return read(key);
      });
    asked.set(key, shared);
    return shared;
  };
}
