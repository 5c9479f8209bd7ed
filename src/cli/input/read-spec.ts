import { importGenome, type ImportedGenome } from '../../domain/python-worker/genomes/import-genome.ts';
import { type Market } from '../../domain/market/market.ts';
import { AppError, errorText, withPlace } from '../../domain/errors.ts';
import { parseJson } from './parse-json.ts';
import { parseStrategy } from './parse-strategy.ts';
import { readText } from './read-text.ts';

/**
 * Reads a spec from a JSON file. A genome is imported as a spec for a market of this kind, with notes on the rules that
 * could not be imported.
 * @throws AppError with file and field.
 */
export async function readSpec(path: string, marketKind: Market['kind']): Promise<ImportedGenome> {
  const text = await readText(path);
  let value: unknown;
  try {
    value = parseJson(text);
  } catch (cause) {
    throw new AppError('bad-input', `${path}: is not JSON: ${errorText(cause)}`, { cause });
  }
  try {
    const written = parseStrategy(value);
    return written.kind === 'genome' ? importGenome(written.genome, { marketKind }) : { spec: written.spec, notes: [] };
  } catch (cause) {
    throw withPlace(path, cause);
  }
}
