import { MAX_TARGETS } from '../../orders/client-order-id.ts';
import { type Bracket, type Offset } from '../../orders/order.ts';
import { DUST } from '../../strategies/sizing.ts';
import { type AskedOrder, type OrderTerms } from './venue-order.ts';

/**
 * What an order asks for, if it can be asked for: each type of order has its own fields and no others
 * (docs/simulation-rules.md rules 20 to 23). Null for an order that is not valid.
 */
export function acceptedTerms(asked: AskedOrder): OrderTerms | null {
  const { type, amount, price, triggerPrice, timeInForce, postOnly, expireBars, bracket } = asked;
  const isLimitOnly = timeInForce !== undefined || postOnly !== undefined;
  const lives = expireBars === undefined || (Number.isSafeInteger(expireBars) && expireBars >= 1);
  if (!Number.isFinite(amount) || !lives || (bracket && !isBracket(bracket))) return null;
  if (type !== 'limit' && isLimitOnly) return null;
  if (type !== 'stop-limit' && triggerPrice !== undefined) return null;
  if (type === 'market') return price === undefined ? { type } : null;
  if (!isPrice(price)) return null;
  switch (type) {
    case 'limit':
      if (timeInForce === 'IOC' && postOnly === true) return null;
      return { type, price, ...(timeInForce && { timeInForce }), ...(postOnly !== undefined && { postOnly }) };
    case 'stop':
      return { type, price };
    case 'stop-limit':
      return isPrice(triggerPrice) ? { type, price, triggerPrice } : null;
  }
}

const isPrice = (price: number | undefined): price is number =>
  price !== undefined && Number.isFinite(price) && price > 0;
const isDistance = ({ value }: Offset): boolean => Number.isFinite(value) && value > 0;

/** Faults of what a bracket has beyond stop, target and trailing stop, which the fill price judges (rule 9). */
function isBracket({ target, targets, breakEven }: Bracket): boolean {
  if (breakEven && !isDistance(breakEven)) return false;
  if (targets === undefined) return true;
  const shares = targets.map(({ share }) => share);
  return (
    target === undefined &&
    targets.length >= 1 &&
    targets.length <= MAX_TARGETS &&
    targets.every(({ offset }) => isDistance(offset)) &&
    shares.every((share) => share > 0) &&
    shares.reduce((sum, share) => sum + share, 0) <= 1 + DUST
  );
}
