/** CPU time of this process with all its threads, in ms. Other load changes it less than wall time. */
export function cpuMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}

/** Shorter measurements are dominated by garbage collection of the previous one. */
const LEAST_MS = 400;

/** CPU ms per item. Repeats all items until enough time is measured. @param player creates the function that runs one item */
export function perItem<T>(items: readonly T[], player: () => (item: T) => unknown): number {
  const began = cpuMs();
  let passes = 0;
  for (; passes === 0 || cpuMs() - began < LEAST_MS; passes += 1) {
    const play = player();
    for (const item of items) play(item);
  }
  return (cpuMs() - began) / passes / items.length;
}
