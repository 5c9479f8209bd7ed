import { z } from 'zod';
import { isTimeframe, type Timeframe } from '../src/domain/market/timeframe.ts';
import { TRADING_STATES } from '../src/domain/risk/risk-state.ts';
import { TRADING_MODES } from '../src/domain/trading-mode.ts';

/** Field schemas that several contracts share. */

/** Upper case letters, digits and dashes, such as BTC-USD or BIP-20DEC30-CDE. Corrupt symbols must not reach an exchange. */
export const symbolField = z
  .string()
  .regex(/^[A-Z0-9]{1,12}(-[A-Z0-9]{1,12}){1,3}$/, 'not a market symbol: write it like BTC-USD');

/** Markets of one job; more than any company watches. */
export const symbolsField = z.array(symbolField).min(1).max(1000);

export const timeframeField = z.custom<Timeframe>((value) => typeof value === 'string' && isTimeframe(value), {
  message: 'not a timeframe: write it like 5m, 1h or 1d',
});

/** Epoch milliseconds. */
export const timeField = z.int().nonnegative();
export const idField = z.string().min(1).max(200);
export const hashField = z.string().regex(/^[0-9a-f]{64}$/, 'not a strategy hash (64 hex digits)');
export const accountField = z.string().regex(/^[a-z0-9][a-z0-9.-]{0,119}$/, 'not an account name');
/** Intents of one account. */
export const accountIntents = z.strictObject({ account: accountField, intents: z.array(idField).max(1000) });
export const countField = z.int().nonnegative();
export const modeField = z.enum(TRADING_MODES);
export const tradingStateField = z.enum(TRADING_STATES);
export const reasonField = z.string().max(500).regex(/\S/, 'is blank: say why');
