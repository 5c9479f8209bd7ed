import { InvalidArgumentError, Option, type Command } from 'commander';
import { type Config } from '../../../config/schema.ts';
import { type FillModel } from '../../domain/backtest/result.ts';
import { describedMarket } from '../../domain/market/described-market.ts';
import { type PrintedSeries } from './read-series.ts';
import { type Market } from '../../domain/market/market.ts';
import { decimalOf } from './decimal.ts';

interface Fees {
  readonly taker: number;
  readonly maker: number;
}

/** Trading costs given on the command line. */
export interface FillOptions {
  readonly fees?: Fees;
  readonly slippage?: number;
  /** Cash at the start, quote currency. */
  readonly cash?: number;
}

/** A higher fee or slippage is probably a percentage given instead of a fraction. */
const MAX_RATE = 0.1;

/** The same as of paper.startingCash. */
const MAX_CASH = 1e9;

function parseRate(text: string): number {
  const rate = decimalOf(text);
  if (rate >= 0 && rate <= MAX_RATE) return rate;
  throw new InvalidArgumentError(`Write fractions from 0 to ${MAX_RATE}: 0.006 is 0.6 %.`);
}

function parseFees(text: string): Fees {
  const [taker, maker, ...rest] = text.split(',');
  if (taker !== undefined && maker !== undefined && rest.length === 0) {
    return { taker: parseRate(taker), maker: parseRate(maker) };
  }
  throw new InvalidArgumentError('Write two fractions, taker and maker: 0.012,0.006.');
}

export function parseCash(text: string): number {
  const cash = decimalOf(text);
  if (cash > 0 && cash <= MAX_CASH) return cash;
  throw new InvalidArgumentError(`Write an amount above zero in quote currency, like 10000, up to ${MAX_CASH}.`);
}

export const cashOption = (): Option =>
  new Option('--cash <amount>', 'cash at the start, quote currency; default: config/exchange.yaml').argParser(
    parseCash,
  );

export function addFillOptions(command: Command): Command {
  return command
    .option('--fees <taker,maker>', 'fractions of notional; default: config/exchange.yaml', parseFees)
    .option('--slippage <rate>', 'fraction of the price; default: config/exchange.yaml', parseRate)
    .addOption(cashOption());
}

/** The fill model of a market. */
export function fillModelOn(market: Market, exchange: Config['exchange'], options: FillOptions): FillModel {
  const { taker, maker } = options.fees ?? exchange.fees;
  return {
    market: { ...market, takerFeeRate: taker, makerFeeRate: maker },
    slippageRate: options.slippage ?? exchange.slippageRate,
    stopRangeShare: exchange.stopRangeShare,
    priceImprovement: exchange.priceImprovement,
    initialCash: options.cash ?? exchange.paper.startingCash,
  };
}

/**
 * The fill model of a series' market, and what was assumed about it.
 * @throws AppError `bad-input` for a configured tick that its prices do not allow.
 */
export function fillModelFor(
  exchange: Config['exchange'],
  { series, printed, known }: Pick<PrintedSeries, 'series' | 'printed' | 'known'>,
  options: FillOptions,
): { readonly model: FillModel; readonly notes: readonly string[] } {
  const { market, notes } = describedMarket(exchange, series.symbol, printed, known);
  return { model: fillModelOn(market, exchange, options), notes };
}
