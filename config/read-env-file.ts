import { lstatSync } from 'node:fs';
import { parseEnv } from 'node:util';
import { ConfigError } from './config-error.ts';
import { isOurs } from './environment.ts';
import { type Environment } from './process-environment.ts';
import { readConfigFile } from './read-file.ts';

const ADVICE = 'correct it, or remove it and set the variables in the environment';
/** Name, separator and rest of a line that starts like one of a variable. */
const LINE = /^\s*(?:export\s+)?([A-Za-z_][A-Za-z0-9_]*)(\s*=\s*|\s*:\s*|\s+|$)(.*?)\s*$/;

const COMMENT = 'a # outside quotes starts a comment; put the value in quotes, or the comment on a line of its own';

/** The problem of one line, which the parser of Node would read in part or leave out. */
function problemOf(separator: string, rest: string, value = ''): string | null {
  if (!separator.includes('=')) return 'write it like NAME=value';
  const quote = /^["'`]/.exec(rest)?.[0];
  if (quote === undefined) return rest.includes('#') ? COMMENT : null;
  // The end of a value of several lines is in another line.
  if (value.includes('\n')) return null;
  const end = rest.indexOf(quote, 1);
  if (end === -1) return `the quote ${quote} has no end`;
  return /^\s*(#.*)?$/.test(rest.slice(end + 1)) ? null : `text follows the closing quote ${quote}`;
}

/**
 * Variables of a `.env` file; none when it does not exist. The file is shared with other programs, so only the lines of
 * our variables are checked.
 * @throws ConfigError
 */
export function readEnvFile(path: string): Environment {
  // A link that leads nowhere is not a file that does not exist.
  if (lstatSync(path, { throwIfNoEntry: false }) === undefined) return {};
  // Also a lone carriage return ends a line.
  const text = readConfigFile(path, path, ADVICE).replaceAll(/\r\n?/g, '\n');
  const values = parseEnv(text) as Environment;
  const lines = new Map<string, number>();
  for (const [i, line] of text.split('\n').entries()) {
    const [, name = '', separator = '', rest = ''] = LINE.exec(line) ?? [];
    if (!isOurs(name)) continue;
    const place = `${path}, line ${i + 1}`;
    const problem = problemOf(separator, rest, values[name]);
    if (problem !== null) throw new ConfigError(place, name, problem);
    const earlier = lines.get(name);
    if (earlier !== undefined) throw new ConfigError(place, name, `is already set in line ${earlier}; remove one`);
    lines.set(name, i + 1);
  }
  return values;
}
