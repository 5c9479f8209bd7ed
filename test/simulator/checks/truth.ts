import { type Approval } from '../../../src/domain/risk/approval.ts';
import { type Life } from '../world/life.ts';
import { type VenuePosition } from '../../../src/ports/broker.ts';
import { type RiskState, type TradingState } from '../../../src/domain/risk/risk-state.ts';

export interface OperatorRequest {
  /** Virtual wall time. */
  readonly at: number;
  readonly state: TradingState;
}

/** What the checks know of their own: never read back from the company. */
export interface Truth {
  /** Ids of the intents, by what they are for. */
  readonly intents: Map<string, string>;
  /** As the risk manager issued them, by id and by the order that they allow. */
  readonly approvals: Map<string, Approval>;
  readonly approvalOf: Map<string, Approval>;
  /** Approvals that somebody has changed in the store: they allow nothing. */
  readonly changed: Set<string>;
  /** Orders that were sent, with the process that sent each last. */
  readonly sent: Map<string, Life>;
  /** Orders that a process has looked up at the venue and not found, `number/id`. */
  readonly lookedUp: Set<string>;
  readonly requests: OperatorRequest[];
  /** The last risk state that each agent of each process has read, `number/agent`. */
  readonly read: Map<string, RiskState>;
  /** Market time as each agent last read it, with the virtual time of that. */
  readonly timeRead: Map<string, { readonly now: number; readonly at: number }>;
  /** Positions as each agent last read them from the venue. */
  readonly positions: Map<string, readonly VenuePosition[]>;
  /** A flatten has been stored, and nobody has resumed since. */
  flattened: boolean;
  /** Trading states that were stored since the run began, with the virtual time of each change. */
  readonly states: { readonly at: number; readonly state: TradingState }[];
  /** Equity that each candle closed with, by the venue's truth. */
  readonly equity: number[];
  auditHash: string;
  auditSeq: number;
  /** Orders of an outsider at the venue. */
  readonly foreign: Set<string>;
}

export const createTruth = (): Truth => ({
  intents: new Map(),
  approvals: new Map(),
  approvalOf: new Map(),
  changed: new Set(),
  sent: new Map(),
  lookedUp: new Set(),
  requests: [],
  read: new Map(),
  timeRead: new Map(),
  positions: new Map(),
  flattened: false,
  states: [],
  equity: [],
  auditHash: '0'.repeat(64),
  auditSeq: 0,
  foreign: new Set(),
});
