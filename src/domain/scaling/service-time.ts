/** Work done by an agent on a node since the node started. */
export interface WorkDone {
  readonly agent: string;
  readonly completed: number;
  readonly failed: number;
  /** Sum over its jobs. */
  readonly busyMs: number;
}

/** Mean seconds per job of the queue over all nodes; null when no job has ended. */
export function serviceSecondsOf(queue: string, agents: readonly WorkDone[]): number | null {
  let jobs = 0;
  let busyMs = 0;
  for (const { agent, completed, failed, busyMs: ms } of agents) {
    if (agent !== queue) continue;
    jobs += completed + failed;
    busyMs += ms;
  }
  return jobs > 0 ? busyMs / 1000 / jobs : null;
}
