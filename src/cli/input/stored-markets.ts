import { decimalsOf } from '../../domain/market/rounding.ts';
import { AppError } from '../../domain/errors.ts';
import { type CandleColumnsFile } from '../../ports/candle-files.ts';
import { type CandleStore } from '../../ports/stores.ts';
import { anyDescriptor } from '../process/choose-descriptor.ts';
import { withReadContext } from '../process/open-context.ts';
import { type CliIo } from '../output/io.ts';

/** Reads markets that `corp data import` stored. @throws AppError `bad-input` for one that is not there */
export async function readStoredMarkets(
  io: CliIo,
  source: string,
  symbols: readonly string[],
): Promise<readonly CandleColumnsFile[]> {
  return withReadContext(io, anyDescriptor('replay'), ({ stores }) => storedFiles(stores.candles, source, symbols));
}

async function storedFiles(
  store: CandleStore,
  source: string,
  symbols: readonly string[],
): Promise<readonly CandleColumnsFile[]> {
  const stored = await store.markets(source);
  return Promise.all(
    symbols.map(async (symbol): Promise<CandleColumnsFile> => {
      const found = stored.find(({ market }) => market.symbol === symbol);
      if (!found) {
        const names = stored.map(({ market }) => market.symbol).join(', ');
        throw new AppError('bad-input', `there are no candles of ${symbol} in '${source}'`, {
          advice: names === '' ? 'Import some with corp data import FILE' : `Stored are ${names}`,
        });
      }
      const { market, timeframe } = found;
      const columns = await store.range(source, symbol, timeframe, 0, Number.MAX_SAFE_INTEGER);
      return {
        path: `${symbol} in '${source}'`,
        symbol,
        timeframe,
        columns,
        fractionDigits: decimalsOf(market.tickSize),
        volume: columns.volume.some((volume) => !Number.isNaN(volume)) ? 'base' : 'unknown',
        assumed: [],
        market,
      };
    }),
  );
}
