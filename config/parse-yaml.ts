import { Lexer, parse, YAMLParseError, type Tags } from 'yaml';
import { ConfigError } from './config-error.ts';

/** Spellings of a number that YAML accepts, and that a port or a limit has only by mistake: 0x10, 0o17, 1e3. */
const ODD_NUMBERS: readonly (string | undefined)[] = ['HEX', 'OCT', 'EXP'];

const withoutOddNumbers = (tags: Tags): Tags =>
  tags.filter((tag) => typeof tag === 'string' || !ODD_NUMBERS.includes((tag as { format?: string }).format));

/**
 * Parses YAML with decimal numbers only and without aliases, of which a few lines can stand for gigabytes.
 * @throws ConfigError
 */
export function parseYaml(text: string, place: string, key = ''): unknown {
  try {
    return parse(text, { uniqueKeys: true, maxAliasCount: 0, customTags: withoutOddNumbers, logLevel: 'error' });
  } catch (error) {
    if (!(error instanceof YAMLParseError))
      throw new ConfigError(place, key, 'is not plain YAML: aliases (&name, *name) are not supported');
    const line = error.linePos?.[0].line;
    const where = key === '' ? `line ${line ?? '?'}` : key;
    throw new ConfigError(place, where, (error.message.split('\n')[0] ?? 'is not valid YAML').replace(/:$/, ''));
  }
}

/** Whether YAML ignores a part of the text as a comment. */
export function hasComment(text: string): boolean {
  return [...new Lexer().lex(text)].some((token) => token.startsWith('#'));
}
