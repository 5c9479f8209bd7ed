import { type AuditRecord } from '../../domain/audit/chain.ts';
import { type Bracket, type Fill, type Offset, type Order } from '../../domain/orders/order.ts';
import { isTerminal } from '../../domain/orders/state-machine.ts';
import { type Intent } from '../../domain/risk/intent.ts';
import { type Verdict } from '../../domain/risk/verdict.ts';
import { isoTime, percent } from '../figures.ts';
import { inOrder, proofsOf, type Story, type StoryEvent } from './story.ts';

/** Everything stored about an intent and the order that came of it. */
export interface OrderMaterial {
  readonly intent: Intent | null;
  readonly verdict: Verdict | null;
  /** Null when the intent never became an order. */
  readonly order: Order | null;
  /** Its stop and target. */
  readonly legs: readonly Order[];
  /** Of the order and its legs. */
  readonly fills: readonly Fill[];
}

const number = (value: number): string => String(Number(value.toPrecision(12)));
const reasonsOf = ({ reasons }: Verdict): string => reasons.map(({ text }) => text).join('; ');

function offsetText(name: string, offset: Offset | undefined): readonly string[] {
  if (offset === undefined) return [];
  return [`${name} ${offset.kind === 'percent' ? percent(offset.value) : number(offset.value)} away`];
}

function bracketText(bracket: Bracket | undefined): string {
  if (bracket === undefined) return '';
  const parts = [
    ...offsetText('stop', bracket.stop),
    ...offsetText('target', bracket.target),
    ...(bracket.targets ?? []).flatMap(({ offset, share }) => offsetText(`target for ${percent(share)}`, offset)),
    ...offsetText('trailing stop', bracket.trailing),
    ...offsetText('break-even', bracket.breakEven),
    ...(bracket.maxHoldBars === undefined ? [] : [`at most ${bracket.maxHoldBars} candles`]),
  ];
  return parts.length === 0 ? '' : `; protection: ${parts.join(', ')}`;
}

function signalOf(intent: Intent): StoryEvent {
  const asked =
    intent.purpose === 'entry'
      ? `asks for ${percent(intent.requestedFraction)} of equity`
      : `asks to close ${number(intent.closeAmount ?? 0)}`;
  return {
    time: intent.asOf,
    actor: 'analyst',
    step: 'signal',
    text:
      `${intent.because} (${intent.symbol} ${intent.timeframe}, candle of ${isoTime(intent.candleTime)}, last price ` +
      `${number(intent.referencePrice)}); ${asked} with a ${intent.side}${bracketText(intent.bracket)}`,
  };
}

const VERBS = { approve: 'approved', reduce: 'reduced', veto: 'vetoed' } as const;

function verdictOf(intent: Intent, verdict: Verdict): StoryEvent {
  const amount = verdict.decision === 'veto' ? '' : ` for ${number(verdict.amount)}`;
  const reasons = reasonsOf(verdict);
  return {
    // The market time that was judged; verdicts themselves are dated by the wall clock.
    time: intent.asOf,
    actor: 'risk-manager',
    step: VERBS[verdict.decision],
    text: `${VERBS[verdict.decision]}${amount}${reasons === '' ? '' : `: ${reasons}`}`,
  };
}

function placedOf(order: Order): StoryEvent {
  const level = order.price === undefined ? '' : ` at ${number(order.price)}`;
  const approval = order.approvalId === undefined ? '' : ` with approval ${order.approvalId}`;
  return {
    time: order.createdAt,
    actor: 'trader',
    step: 'order',
    text: `${order.type} ${order.side} of ${number(order.amount)} ${order.symbol} (${order.purpose})${level}${approval}, order ${order.clientOrderId}`,
  };
}

const fillOf = (fill: Fill): StoryEvent => ({
  time: fill.time,
  actor: 'venue',
  step: 'fill',
  text: `${fill.side === 'buy' ? 'bought' : 'sold'} ${number(fill.amount)} at ${number(fill.price)} (${fill.purpose}), fee ${number(fill.fee)}`,
});

/** The end of an order that its fills do not tell. */
function endOf(order: Order): readonly StoryEvent[] {
  if (!isTerminal(order.state) || (order.state === 'filled' && order.reason === undefined)) return [];
  const reason = order.reason === undefined ? '' : `: ${order.reason}`;
  return [
    {
      time: order.updatedAt,
      actor: 'venue',
      step: order.state,
      text: `${order.purpose} order ${order.state}${reason}`,
    },
  ];
}

/** The steps of one intent, from its signal to the end of its order's legs, in order of time. */
export function orderEvents({ intent, verdict, order, legs, fills }: OrderMaterial): readonly StoryEvent[] {
  return inOrder([
    ...(intent === null ? [] : [signalOf(intent)]),
    ...(intent === null || verdict === null ? [] : [verdictOf(intent, verdict)]),
    ...(order === null ? [] : [placedOf(order)]),
    ...legs.map(placedOf),
    ...fills.map(fillOf),
    ...(order === null ? [] : endOf(order)),
    ...legs.flatMap(endOf),
  ]);
}

/** What became of an intent, and when it did not trade, why. */
export function outcomeOf({ verdict, order }: OrderMaterial): string {
  if (order !== null) {
    const filled =
      order.filledAmount > 0
        ? `${number(order.filledAmount)} of ${number(order.amount)} filled at ${number(order.averagePrice ?? 0)} on average`
        : `nothing of ${number(order.amount)} filled`;
    return `${order.state}: ${filled}${order.reason === undefined ? '' : ` (${order.reason})`}`;
  }
  if (verdict === null) return 'not traded: the risk manager has not reviewed it';
  if (verdict.decision === 'veto') return `not traded: vetoed, ${reasonsOf(verdict)}`;
  return 'not traded: approved, but no order was placed';
}

/** Of the order and its legs. */
export function idsOf({ order, legs }: OrderMaterial): readonly string[] {
  return [...(order === null ? [] : [order]), ...legs].map(({ clientOrderId }) => clientOrderId);
}

export function orderStory(id: string, material: OrderMaterial, records: readonly AuditRecord[]): Story {
  return {
    kind: 'order',
    id,
    outcome: outcomeOf(material),
    events: orderEvents(material),
    proofs: proofsOf(records, new Set([id, ...idsOf(material)])),
  };
}
