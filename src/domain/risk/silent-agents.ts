/** Last heartbeat of an agent on a node; epoch ms. */
export interface Heartbeat {
  readonly agent: string;
  readonly lastSeen: number;
}

/**
 * Agents without a heartbeat on any node for `silentAfterMs`. For agents without any heartbeat, the time counts from
 * `since` (start of the supervision).
 */
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
