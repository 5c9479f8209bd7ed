import { type QueueName } from '../../../queues/names.ts';
import { createRng, type Rng } from '../../../src/domain/random/rng.ts';

/** Processes of the product that run through links of their own. */
export const MEMBERS = ['company', 'node-1', 'node-2', 'coordinator'] as const;
export type Member = (typeof MEMBERS)[number];
export const SERVICES = ['redis', 'store'] as const;
export type ServiceName = (typeof SERVICES)[number];
export const LINK_TROUBLES = ['cut', 'hold', 'delay', 'lose-answers'] as const;
export type LinkTrouble = (typeof LINK_TROUBLES)[number];
export const ORDERS = ['halt', 'reduce', 'flatten', 'halt-and-flatten'] as const;
export type OperatorOrder = (typeof ORDERS)[number];

export type Act =
  | { readonly kind: 'kill'; readonly target: Member | ServiceName }
  | { readonly kind: 'pause'; readonly target: Member | ServiceName; readonly forMs: number }
  | { readonly kind: 'kill-at-work'; readonly queue: QueueName }
  | { readonly kind: 'restart'; readonly target: Member }
  | { readonly kind: 'stop'; readonly target: ServiceName; readonly forMs: number }
  | { readonly kind: 'flush-redis' }
  | { readonly kind: 'full-disk'; readonly forMs: number }
  | { readonly kind: 'clock'; readonly target: Member; readonly byMs: number; readonly forMs: number }
  | {
      readonly kind: 'link';
      readonly trouble: LinkTrouble;
      readonly target: Member;
      readonly service: ServiceName;
      readonly forMs: number;
    }
  | { readonly kind: 'rival' }
  | { readonly kind: 'order'; readonly order: OperatorOrder; readonly by: 'command' | 'api'; readonly candles: number };

/** Acts of one lane follow each other; lanes run side by side, so that faults of different kinds meet. */
export const LANES = ['processes', 'services', 'network', 'operator'] as const;
export type Lane = (typeof LANES)[number];

export interface PlannedAct {
  readonly lane: Lane;
  /** Time after the previous act of the lane. */
  readonly afterMs: number;
  readonly act: Act;
}

/** Of each candle; a decision is between two writes when its process is killed. */
const TRADING_QUEUES = ['analyst', 'risk-manager', 'trader', 'trader'] as const satisfies readonly QueueName[];

type Draw = (rng: Rng) => Act;

const seconds = (rng: Rng, from: number, to: number): number => rng.integer(from * 10, to * 10) * 100;
const anyNode = (rng: Rng): Member => rng.pick(['node-1', 'node-2']);
const clock =
  (target: (rng: Rng) => Member): Draw =>
  (rng) => ({
    kind: 'clock',
    target: target(rng),
    byMs: rng.pick([-600_000, -30_000, 30_000, 600_000]),
    forMs: seconds(rng, 2, 6),
  });
const link =
  (trouble: LinkTrouble, service: ServiceName): Draw =>
  (rng) => ({ kind: 'link', trouble, service, target: rng.pick(MEMBERS), forMs: seconds(rng, 2, 7) });
const order =
  (name: OperatorOrder): Draw =>
  (rng) => ({ kind: 'order', order: name, by: rng.pick(['command', 'api']), candles: rng.integer(3, 7) });

/** What a lane draws from: all cards once in random order, then again. What is listed twice is twice as frequent. */
const DECKS: Readonly<Record<Lane, { readonly gapMs: readonly [number, number]; readonly cards: readonly Draw[] }>> = {
  processes: {
    gapMs: [1_000, 4_000],
    cards: [
      () => ({ kind: 'kill', target: 'company' }),
      () => ({ kind: 'kill', target: 'company' }),
      (rng) => ({ kind: 'kill', target: anyNode(rng) }),
      (rng) => ({ kind: 'kill', target: anyNode(rng) }),
      () => ({ kind: 'kill', target: 'coordinator' }),
      ...TRADING_QUEUES.map((queue) => () => ({ kind: 'kill-at-work', queue }) as const),
      (rng) => ({ kind: 'pause', target: 'company', forMs: seconds(rng, 2, 9) }),
      (rng) => ({ kind: 'pause', target: anyNode(rng), forMs: seconds(rng, 2, 9) }),
      (rng) => ({ kind: 'pause', target: anyNode(rng), forMs: seconds(rng, 2, 9) }),
      (rng) => ({ kind: 'pause', target: 'coordinator', forMs: seconds(rng, 2, 6) }),
      () => ({ kind: 'restart', target: 'company' }),
      (rng) => ({ kind: 'restart', target: anyNode(rng) }),
      clock(() => 'company'),
      clock(anyNode),
      clock(() => 'coordinator'),
      () => ({ kind: 'rival' }),
    ],
  },
  services: {
    gapMs: [4_000, 10_000],
    cards: [
      () => ({ kind: 'kill', target: 'redis' }),
      () => ({ kind: 'kill', target: 'store' }),
      () => ({ kind: 'kill', target: 'store' }),
      (rng) => ({ kind: 'stop', target: 'redis', forMs: seconds(rng, 2, 8) }),
      (rng) => ({ kind: 'stop', target: 'store', forMs: seconds(rng, 2, 8) }),
      (rng) => ({ kind: 'pause', target: 'redis', forMs: seconds(rng, 1, 5) }),
      (rng) => ({ kind: 'pause', target: 'store', forMs: seconds(rng, 1, 5) }),
      () => ({ kind: 'flush-redis' }),
      () => ({ kind: 'flush-redis' }),
      (rng) => ({ kind: 'full-disk', forMs: seconds(rng, 2, 5) }),
    ],
  },
  network: {
    gapMs: [3_000, 9_000],
    cards: [
      link('cut', 'redis'),
      link('cut', 'store'),
      link('hold', 'redis'),
      link('hold', 'store'),
      link('delay', 'redis'),
      link('delay', 'store'),
      link('lose-answers', 'redis'),
      link('lose-answers', 'store'),
    ],
  },
  operator: { gapMs: [8_000, 16_000], cards: ORDERS.map(order) },
};

export const cardsOf = (lane: Lane): number => DECKS[lane].cards.length;

/** The acts of a lane, without end. The same seed gives the same acts. */
export function* drawActs(seed: number, lane: Lane): Generator<PlannedAct, never> {
  const rng = createRng(`chaos ${seed}`).fork(lane);
  const { cards, gapMs } = DECKS[lane];
  for (;;) {
    const left = [...cards];
    while (left.length > 0) {
      const [draw] = left.splice(rng.integer(0, left.length - 1), 1);
      yield { lane, afterMs: rng.integer(...gapMs), act: draw!(rng) };
    }
  }
}

/** The kind of an act as the story names it. */
export function nameOf(act: Act): string {
  const ms = (value: number): string => `${(value / 1000).toFixed(1)} s`;
  switch (act.kind) {
    case 'kill':
    case 'restart':
      return `${act.kind} ${act.target}`;
    case 'kill-at-work':
      return `kill what runs a job of ${act.queue}`;
    case 'pause':
    case 'stop':
      return `${act.kind} ${act.target} for ${ms(act.forMs)}`;
    case 'full-disk':
      return `disk of the services full for ${ms(act.forMs)}`;
    case 'clock':
      return `clock of ${act.target} ${act.byMs > 0 ? '+' : ''}${ms(act.byMs)} for ${ms(act.forMs)}`;
    case 'link':
      return `${act.trouble} between ${act.target} and ${act.service} for ${ms(act.forMs)}`;
    case 'order':
      return `${act.order} by ${act.by} for ${act.candles} candles`;
    case 'flush-redis':
      return 'flush Redis';
    case 'rival':
      return 'a second company while the first is frozen';
  }
}
