import { hasCode } from '../../errors.ts';
import { readDataFileName } from '../../market/candle-file-name.ts';
import { type Market } from '../../market/market.ts';
import { isTimeframe, type Timeframe } from '../../market/timeframe.ts';
import { importGenome } from '../../python-worker/genomes/import-genome.ts';
import { parseGenomeText } from '../../python-worker/genomes/parse-genome.ts';
import { hashSpec } from '../../strategies/hash-spec.ts';
import { type StrategySpec } from '../../strategies/spec.ts';
import { validateSpec } from '../../strategies/validate-spec.ts';
import { idOf, type LooseRow, type RowFault } from './loose-row.ts';

/** An élite genome of the Python coordinator, as a spec of ours. */
export interface ImportedElite {
  readonly id: number;
  readonly hash: string;
  readonly spec: StrategySpec;
  readonly dataFile: string;
  readonly symbol: string;
  readonly timeframe: Timeframe;
}

/** Reads a row of `elite_genomes`. */
export function readEliteRow(
  row: LooseRow,
  marketKindOf: (dataFile: string) => Market['kind'],
): ImportedElite | RowFault {
  const id = idOf(row['id']);
  if (id === null) return { fault: 'id is not a positive number' };
  const dataFile = typeof row['data_file'] === 'string' ? row['data_file'] : '';
  const { asset: symbol, timeframe } = readDataFileName(dataFile);
  if (symbol === '' || !isTimeframe(timeframe))
    return { fault: `data_file '${dataFile}' names no market and timeframe` };
  const text = row['genome_json'];
  if (typeof text !== 'string' || text === '') return { fault: 'genome_json is missing' };
  try {
    const { spec } = importGenome(parseGenomeText(text), { marketKind: marketKindOf(dataFile) });
    return { id, hash: hashSpec(validateSpec(spec)), spec, dataFile, symbol, timeframe };
  } catch (error) {
    if (!hasCode(error, 'bad-spec')) throw error;
    return { fault: `genome_json: ${error.message}` };
  }
}
