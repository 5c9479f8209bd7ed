import { AGENT_STATUSES, type AgentState } from '../../ports/records.ts';
import { type AgentStateStore } from '../../ports/stores.ts';
import { type Database } from './database.ts';
import { number, oneOf, optional, text } from './fields.ts';
import { keyOf } from './row-codec.ts';

export function createAgentStateStore(database: Database): AgentStateStore {
  const states = database.table<AgentState>({
    collection: 'agentStates',
    key: ({ node, agent }) => keyOf(node, agent),
    fields: {
      agent: text,
      node: text,
      status: oneOf(AGENT_STATUSES),
      job: optional(text),
      lastSeen: number,
      startedAt: number,
      completed: number,
      failed: number,
      busyMs: number,
      lastError: optional(text),
    },
    indexes: [{ node: 1 }],
  });

  return {
    beat: (state) => states.replace([state]),
    list: () => states.find({}, { agent: 1, node: 1 }),
    removeNode: (node) => states.remove({ node }),
  };
}
