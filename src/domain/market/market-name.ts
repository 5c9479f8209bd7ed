import { type Market } from './market.ts';

const PERPETUAL = /[-_](?:PERP|PERPETUAL|SWAP)(?:[-_]|$)|.PERP$/i;
/** A venue of futures, or a date such as 20DEC30, 30DEC2027 or 260327. */
const DATED = /-(?:CDE|CME|FUT|FUTURES?)$|-\d{1,2}[A-Z]{3}\d{2}(?:\d{2})?(?:-|$)|-\d{6}(?:\d{2})?(?:-|$)/i;

/** Kind that the name of a market tells: a name of a contract is never silently that of a spot market. */
export function kindByName(symbol: string): Market['kind'] {
  if (PERPETUAL.test(symbol)) return 'perpetual';
  return DATED.test(symbol) ? 'dated' : 'spot';
}
