import { type CandleFileHints } from '../../domain/market/candle-layout/layout.ts';
import { joinCandles } from '../../domain/market/join-candles.ts';
import { marketOfName } from '../../domain/market/market-of-name.ts';
import { AppError } from '../../domain/errors.ts';
import { type CandleColumnsFile } from '../../ports/candle-files.ts';
import { readCandleFile, type ReadCandles } from './read-candle-file.ts';

/**
 * Reads files and joins those of one market, in the order in which their markets are first named.
 * @throws AppError with the file, when one cannot be read or two do not fit together
 */
export async function readMarketFiles(
  paths: readonly string[],
  hints: CandleFileHints = {},
): Promise<readonly CandleColumnsFile[]> {
  if (hints.symbol !== undefined) requireOneMarket(paths);
  const markets = new Map<string, ReadCandles[]>();
  for (const path of new Set(paths)) {
    const file = await readCandleFile(path, hints);
    markets.set(file.symbol, [...(markets.get(file.symbol) ?? []), file]);
  }
  return [...markets.values()].map(joined);
}

/** Reads one market. @throws AppError `bad-input` also when the files hold several */
export async function readOneMarket(paths: readonly string[], hints: CandleFileHints = {}): Promise<CandleColumnsFile> {
  const [file, ...others] = await readMarketFiles(paths, hints);
  if (file === undefined) throw new AppError('bad-input', 'no candle file is given', { advice: 'Give --data <file>' });
  if (others.length > 0) {
    const symbols = [file, ...others].map(({ symbol }) => symbol).join(', ');
    throw new AppError('bad-input', `the files are of several markets: ${symbols}`, {
      advice: 'Give the files of one market',
    });
  }
  return file;
}

function requireOneMarket(paths: readonly string[]): void {
  const named = new Set(paths.map((path) => marketOfName(path).symbol).filter((symbol) => symbol !== null));
  if (named.size <= 1) return;
  throw new AppError('bad-input', `--symbol names one market, the files are of ${[...named].join(', ')}`, {
    advice: 'Omit --symbol, or give the files of one market',
  });
}

function joined(files: readonly ReadCandles[]): CandleColumnsFile {
  const [first, ...others] = files;
  const { lines: _, ...single } = first!;
  if (others.length === 0) return single;
  for (const { path, timeframe } of others) {
    if (timeframe === single.timeframe) continue;
    throw new AppError('bad-input', `${path}: has candles of ${timeframe}, ${single.path} of ${single.timeframe}`, {
      advice: 'Give files of one timeframe',
    });
  }
  const silent = files.find(({ volume }) => volume === 'unknown');
  // With volumes of a part only, a rule on volume would see two markets.
  const columnsOf = (file: ReadCandles) =>
    silent === undefined
      ? file.columns
      : { ...file.columns, volume: new Float64Array(file.columns.length).fill(Number.NaN) };
  const columns = joinCandles(
    files.map((file) => ({
      path: file.path,
      columns: columnsOf(file),
      lineOf: (i: number) => file.lines?.[i] ?? i + 2,
    })),
  );
  const isMixed = silent !== undefined && files.some(({ volume }) => volume === 'base');
  return {
    ...single,
    path: files.map(({ path }) => path).join(', '),
    columns,
    fractionDigits: Math.max(...files.map(({ fractionDigits }) => fractionDigits)),
    volume: silent === undefined ? 'base' : 'unknown',
    assumed: [
      ...new Set([
        ...files.flatMap(({ assumed }) => assumed),
        ...(isMixed ? [`volume unknown in ${silent.path}, so in all`] : []),
      ]),
    ],
  };
}
