import { SpecError } from '../../domain/spec-error.ts';
import { AppError, errorText, withPlace } from '../../domain/errors.ts';
import { parseJson } from './parse-json.ts';
import { parseStrategy, type WrittenStrategy } from './parse-strategy.ts';
import { readText } from './read-text.ts';

interface Entry {
  /** Position in the file, for messages: `[17]`, `genomes[17]`, `line 18`. */
  readonly place: string;
  readonly value: unknown;
}

/**
 * Reads genomes and specs, in any mixture: a JSON list, an object with a list `genomes`, JSON Lines, or a single one.
 * @throws AppError with file, position and field.
 */
export async function readGenomes(path: string): Promise<readonly WrittenStrategy[]> {
  const text = await readText(path);
  const entries = isList(text) ? ofDocument(path, text) : ofLines(path, text);
  if (entries.length === 0) {
    throw new AppError('bad-input', `${path}: contains no genome`, {
      advice: 'Write a JSON list of genomes or specs, or one per line',
    });
  }
  return entries.map(({ place, value }) => {
    try {
      return parseStrategy(value);
    } catch (cause) {
      throw withPlace(path, cause instanceof SpecError ? at(place, cause) : cause);
    }
  });
}

/** Whether the text is one JSON document. In JSON Lines the first line is a complete object without `genomes`. */
function isList(text: string): boolean {
  const start = text.trimStart();
  if (!start.startsWith('{')) return start !== '';
  const [first = ''] = start.split('\n', 1);
  try {
    const value = JSON.parse(first) as object;
    return 'genomes' in value;
  } catch {
    return true;
  }
}

function ofDocument(path: string, text: string): readonly Entry[] {
  const value = parse(text, path, '');
  if (Array.isArray(value)) return value.map((member: unknown, i) => ({ place: `[${i}]`, value: member }));
  const list = typeof value === 'object' && value !== null && 'genomes' in value ? value.genomes : undefined;
  if (Array.isArray(list)) return list.map((member: unknown, i) => ({ place: `genomes[${i}]`, value: member }));
  if (list !== undefined) throw new AppError('bad-input', `${path}: genomes must be a list`);
  return [{ place: '', value }];
}

function ofLines(path: string, text: string): readonly Entry[] {
  return text.split('\n').flatMap((line, i) => {
    const place = `line ${i + 1}`;
    return line.trim() === '' ? [] : [{ place, value: parse(line, path, `${place}: `) }];
  });
}

function parse(text: string, path: string, place: string): unknown {
  try {
    return parseJson(text);
  } catch (cause) {
    throw new AppError('bad-input', `${path}: ${place}is not JSON: ${errorText(cause)}`, { cause });
  }
}

/** `[17].params.sl_pct: ...`, `line 18: params.sl_pct: ...`. */
function at(place: string, error: SpecError): unknown {
  if (place === '') return error;
  return place.startsWith('line') ? withPlace(place, error) : error.inside(place);
}
