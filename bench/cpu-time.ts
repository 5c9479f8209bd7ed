/** CPU time of this process, all threads, milliseconds: what a busy machine does not change much. */
export function cpuMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}

/** Shorter measurements mostly tell what the garbage of the one before costs. */
const LEAST_MS = 400;

/** CPU milliseconds an item; all are played again until there is enough to measure. @param player makes what plays one. */
export function perItem<T>(items: readonly T[], player: () => (item: T) => unknown): number {
  const began = cpuMs();
  let passes = 0;
  for (; passes === 0 || cpuMs() - began < LEAST_MS; passes += 1) {
    const play = player();
    for (const item of items) play(item);
  }
  return (cpuMs() - began) / passes / items.length;
}
