import { type AuditRecord } from '../../domain/audit/chain.ts';
import { type Position } from '../../domain/portfolio/position.ts';
import { isoTime } from '../figures.ts';
import { idsOf, orderEvents, type OrderMaterial } from './order-story.ts';
import { inOrder, proofsOf, type Story } from './story.ts';

export const positionId = ({ strategyHash, symbol }: Pick<Position, 'strategyHash' | 'symbol'>): string =>
  `${strategyHash}/${symbol}`;

/** The story of a strategy's position on a market, with every order that opened, protected or closed it. */
export function positionStory(
  position: Position,
  orders: readonly OrderMaterial[],
  records: readonly AuditRecord[],
): Story {
  const { amount, averagePrice, realisedPnl, fees, openedAt, symbol } = position;
  const figures = `realised ${realisedPnl.toFixed(2)} after ${fees.toFixed(2)} of fees`;
  const held = `${amount > 0 ? 'long' : 'short'} ${Math.abs(amount)} ${symbol} at ${averagePrice} on average`;
  const since = openedAt === null ? '' : ` since ${isoTime(openedAt)}`;
  return {
    kind: 'position',
    id: positionId(position),
    outcome: amount === 0 ? `flat; ${figures}` : `${held}${since}; ${figures}`,
    events: inOrder(orders.flatMap(orderEvents)),
    proofs: proofsOf(records, new Set(orders.flatMap(idsOf))),
  };
}
