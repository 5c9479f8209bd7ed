import { type Redis } from 'ioredis';
import { QUEUE_NAMES } from '../../../queues/names.ts';
import { type NodeStore } from '../../ports/stores.ts';

/** A process that takes jobs of the company. */
export interface WorkingClient {
  /** Null: its version does not tell its name. */
  readonly node: string | null;
  /** Host and port that it comes from. */
  readonly address: string;
}

/** Finds processes that take jobs but have no row in the store: their books are elsewhere. */
export interface UnknownNodes {
  /** Those that were unknown in this look and in the one before: a node connects before its first heartbeat. */
  look(redis: Redis): Promise<readonly WorkingClient[]>;
}

/** Clients of Redis that take jobs of these queues, from the answer to CLIENT LIST. */
export function workingClients(list: string, prefix: string): readonly WorkingClient[] {
  const queues = QUEUE_NAMES.map((queue) => `${prefix}:${Buffer.from(queue).toString('base64')}`);
  return list.split(/\r?\n/).flatMap((line) => {
    const field = (key: string): string => new RegExp(`(?:^| )${key}=(\\S*)`).exec(line)?.[1] ?? '';
    const [name, address] = [field('name'), field('addr')];
    const queue = queues.find((each) => name === each || name.startsWith(`${each}:w:`));
    if (queue === undefined) return [];
    return [{ node: name === queue ? null : name.slice(`${queue}:w:`.length), address }];
  });
}

export function createUnknownNodes(nodes: Pick<NodeStore, 'list'>, prefix: string): UnknownNodes {
  let before: ReadonlySet<string> = new Set();
  const keyOf = ({ node, address }: WorkingClient): string => node ?? address;
  return {
    async look(redis) {
      const list = (await redis.client('LIST')) as string;
      const known = new Set((await nodes.list()).map(({ node }) => node));
      const unknown = new Map(
        workingClients(list, prefix)
          .filter(({ node }) => node === null || !known.has(node))
          .map((client) => [keyOf(client), client]),
      );
      const twice = [...unknown].filter(([key]) => before.has(key)).map(([, client]) => client);
      before = new Set(unknown.keys());
      return twice;
    },
  };
}
