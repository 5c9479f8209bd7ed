import { keyPrefix } from '../../queues/names.ts';
import { type TradingMode } from '../domain/trading-mode.ts';
import { type CompanyDescriptor } from './company-descriptor.ts';

/** Database of everything that belongs to one mode: simulated results never mix with real ones. */
export const scopeOf = (namespace: string, mode: TradingMode): string => `${namespace}-${mode}`;

/**
 * Prefix of a company's queues. Each market has queues of its own: jobs that a killed company left behind wait there
 * until the same market is opened again. On shared queues the next company would do them with other candles.
 */
export const queuePrefixOf = (
  namespace: string,
  { mode, source }: Pick<CompanyDescriptor, 'mode' | 'source'>,
): string => keyPrefix(namespace, `${mode}-${source}`);
