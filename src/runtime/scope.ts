import { keyPrefix } from '../../queues/names.ts';
import { type TradingMode } from '../domain/trading-mode.ts';
import { type CompanyDescriptor } from './company-descriptor.ts';

/** Database name of one mode, so that simulated results never mix with real ones. */
export const scopeOf = (namespace: string, mode: TradingMode): string => `${namespace}-${mode}`;

/**
 * Prefix of a company's queues. Each market source has its own queues: jobs of a killed company wait there until the same
 * source is opened again. On shared queues the next company would run them on different candles.
 */
export const queuePrefixOf = (
  namespace: string,
  { mode, source }: Pick<CompanyDescriptor, 'mode' | 'source'>,
): string => keyPrefix(namespace, `${mode}-${source}`);
