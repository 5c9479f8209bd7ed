/** When each agent was last heard of, on whichever node; epoch ms. */
export interface Heartbeat {
  readonly agent: string;
  readonly lastSeen: number;
}

/** Agents of which no node has been heard for `silentAfterMs`. An agent never heard of counts from `since` (start of the watch). */
export function silentAgents(
  expected: readonly string[],
  beats: readonly Heartbeat[],
  now: number,
  silentAfterMs: number,
  since: number,
): readonly string[] {
  return expected.filter((agent) => {
    const last = beats
      .filter((beat) => beat.agent === agent)
      .reduce((latest, beat) => Math.max(latest, beat.lastSeen), since);
    return now - last > silentAfterMs;
  });
}
