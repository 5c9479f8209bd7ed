import { utc } from '../../src/domain/risk/figures.ts';
import { silentAgents } from '../../src/domain/risk/silent-agents.ts';
import { type Clock } from '../../src/ports/clock.ts';
import { type Stores } from '../../src/ports/stores.ts';

export interface CeoSilenceDeps {
  readonly stores: Pick<Stores, 'agentStates'>;
  readonly clock: Clock;
  readonly silentAfterMs: number;
}

/** Why the CEO counts as silent; null while it sends heartbeats on any node. */
export function createCeoSilence({ stores, clock, silentAfterMs }: CeoSilenceDeps): () => Promise<string | null> {
  // Kept here as well: the row of a dead node is removed.
  let lastSeen = clock.now();
  return async () => {
    // A heartbeat that is known and young enough is answer enough.
    if (clock.now() - lastSeen <= silentAfterMs) return null;
    const beats = (await stores.agentStates.list()).filter(({ agent }) => agent === 'ceo');
    lastSeen = Math.max(lastSeen, ...beats.map((beat) => beat.lastSeen));
    const [silent] = silentAgents(['ceo'], beats, clock.now(), silentAfterMs, lastSeen);
    return silent === undefined ? null : `the CEO has sent no heartbeat since ${utc(lastSeen)}`;
  };
}
