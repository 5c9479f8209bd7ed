import { createHash } from 'node:crypto';
import { type PlacedRequest } from '../../../src/ports/broker.ts';

/** What a request at an exchange is for, as the simulator knows it. */
export interface Named {
  /** Order that the company asked for: an entry, or one that closes. */
  readonly asked: PlacedRequest;
  /** Order of the company that the request carries out: the one asked for, or a leg of it. */
  readonly orderId: string;
  readonly leg: 'none' | 'stop' | 'target' | 'exit' | 'buy-back';
  readonly attempt: number;
}

const LEGS = [
  ['', 'none'],
  ['-s', 'stop'],
  ['-s2', 'stop'],
  ['-s3', 'stop'],
  ['-t', 'target'],
  ['-x', 'exit'],
  ['-b', 'buy-back'],
  ['-b2', 'buy-back'],
  ['-b3', 'buy-back'],
] as const;

/** The promise about ids of repeated requests, written again here. */
const requestId = (orderId: string, attempt: number): string =>
  attempt === 1
    ? orderId
    : `bc-${createHash('sha256').update(`{"attempt":${attempt},"orderId":"${orderId}"}`).digest('hex').slice(0, 30)}`;

/** Requests of an order that may be lost before one comes. */
const AHEAD = 5;

/** Says of each client order id at an exchange what the company asked for: an exchange does not know it. */
export interface OrderNames {
  ask(request: PlacedRequest): void;
  /** Null for an id that follows from no order of the company. */
  of(clientOrderId: string): Named | null;
}

export function createOrderNames(): OrderNames {
  const known = new Map<string, Named>();
  const add = (named: Named): void => void known.set(requestId(named.orderId, named.attempt), named);
  return {
    ask(asked) {
      const { clientOrderId: id, purpose } = asked;
      if (known.has(id)) return;
      for (const [suffix, leg] of purpose === 'entry' ? LEGS : LEGS.slice(0, 1))
        for (let attempt = 1; attempt <= AHEAD; attempt += 1) add({ asked, orderId: `${id}${suffix}`, leg, attempt });
    },
    of(id) {
      const named = known.get(id) ?? null;
      if (named) add({ ...named, attempt: named.attempt + AHEAD });
      return named;
    },
  };
}
