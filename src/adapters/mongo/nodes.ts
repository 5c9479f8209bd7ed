import { type NodeState } from '../../ports/records.ts';
import { type NodeStore } from '../../ports/stores.ts';
import { type Database } from './database.ts';
import { flag, number, plain, text } from './fields.ts';

export function createNodeStore(database: Database): NodeStore {
  const nodes = database.table<NodeState>({
    collection: 'workers',
    key: ({ node }) => node,
    fields: {
      node: text,
      host: text,
      pid: number,
      queues: plain(),
      concurrency: number,
      version: text,
      platform: text,
      cores: number,
      cpu: number,
      memoryBytes: number,
      totalMemoryBytes: number,
      busyJobs: number,
      draining: flag,
      startedAt: number,
      lastSeen: number,
    },
  });

  return {
    beat: (node) => nodes.replace([node]),
    list: () => nodes.find({}, {}),
    remove: (node) => nodes.remove({ node }),
  };
}
