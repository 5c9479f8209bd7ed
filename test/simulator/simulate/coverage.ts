import { ACTION_KINDS, FAULTS, PLAIN_FAULTS } from '../plan/kinds.ts';
import { type Tally } from './run-seeds.ts';

/** Each kind of fault, act, state and crossing must occur in this share of the seeds. */
export const LEAST_SHARE = 0.05;

const STATES = [
  'state ACTIVE by operator',
  'state ACTIVE by trouble',
  'state ACTIVE by ceo',
  'state REDUCING by operator',
  'state REDUCING by ceo',
  'state REDUCING by trouble',
  'state REDUCING by risk-limit',
  'state HALTED by operator',
  'state HALTED by ceo',
  ...[
    'approved',
    'submitting',
    'open',
    'partially-filled',
    'filled',
    'cancelled',
    'rejected',
    'unknown',
    'expired',
  ].map((state) => `order ${state}`),
  ...['approve', 'reduce', 'veto'].map((decision) => `verdict ${decision}`),
] as const;

const CROSSINGS = [
  'a halt while an entry is open',
  'a flatten while a position is held',
  'a flatten while an entry is open',
  'a cancel that crossed a fill',
  'a crash between a send and its answer',
  'a crash while a flatten is under way',
  'midnight with a position',
  'a week began with a position',
  'the limit of a day reached',
  'exposure carried above its limit',
  'approval changed in the store',
  'an order is filled in parts',
  'a late fill is reported',
] as const;

/** What must occur, by group. */
export const WANTED: Readonly<Record<string, readonly string[]>> = {
  faults: [...new Set([...FAULTS, ...PLAIN_FAULTS].map(({ kind }) => `fault ${kind}`))],
  acts: ACTION_KINDS.map((kind) => `action ${kind}`),
  states: STATES,
  crossings: CROSSINGS,
};

export interface Share {
  readonly group: string;
  readonly what: string;
  readonly share: number;
}

export const sharesOf = ({ seen, seeds }: Pick<Tally, 'seen' | 'seeds'>): readonly Share[] =>
  Object.entries(WANTED).flatMap(([group, kinds]) =>
    kinds.map((what) => ({ group, what, share: (seen[what] ?? 0) / seeds })),
  );
