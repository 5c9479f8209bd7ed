import pino from 'pino';
import { type LogFields, type Logger } from '../../ports/logger.ts';
import { type Channel, type LogFiles } from './log-files.ts';
import { plainFields, plainText } from './plain-fields.ts';

export type LogLevel = 'debug' | 'info' | 'warn' | 'error' | 'silent';

export interface LoggerOptions {
  readonly level: LogLevel;
  /** Files for the JSON records; closed with the logger. Without them only the terminal gets lines. */
  readonly files?: LogFiles;
  /** In every record, to name its company. */
  readonly fields?: LogFields;
  /** Minimum level on the terminal; the files use `level`. @default level */
  readonly terminalLevel?: Exclude<LogLevel, 'silent'>;
  /** Stream for readable lines. @default process.stderr */
  readonly terminal?: NodeJS.WritableStream;
}

export interface ClosableLogger extends Logger {
  close(): Promise<void>;
}

const MONEY_AGENTS = new Set(['trader', 'risk-manager']);
const LABELS: Readonly<Record<number, string>> = { 20: 'DEBUG', 30: 'INFO ', 40: 'WARN ', 50: 'ERROR' };
const OWN_FIELDS = new Set(['level', 'time', 'msg', 'company', 'agent', 'pid', 'hostname']);

/** `14:03:07 WARN  corp-simulated trader: approval refused (reason=...)`: one readable line. */
function humanLine(record: Record<string, unknown>): string {
  const time = new Date(Number(record['time'])).toISOString().slice(11, 19);
  const names = [record['company'], record['agent']].filter((name) => typeof name === 'string');
  const who = names.length > 0 ? `${names.join(' ')}: ` : '';
  const fields = Object.entries(record)
    .filter(([key]) => !OWN_FIELDS.has(key))
    .map(([key, value]) => `${key}=${typeof value === 'string' ? value : JSON.stringify(value)}`);
  return `${time} ${LABELS[Number(record['level'])] ?? '     '} ${who}${String(record['msg'])}${fields.length > 0 ? ` (${fields.join(' ')})` : ''}\n`;
}

function channelOf(agent: unknown): Channel {
  if (typeof agent !== 'string') return 'mission-control';
  return MONEY_AGENTS.has(agent) ? 'trades' : 'agents';
}

/** Names that every record has: a field of one of them gets another name. */
const RESERVED = new Set(['level', 'time', 'msg']);

const ownFields = (fields: LogFields): LogFields =>
  Object.fromEntries(
    Object.entries(plainFields(fields)).map(([key, value]) => [RESERVED.has(key) ? `${key}_` : key, value]),
  );

/** Fields are merged here, not by pino: its children would write a name that two of them use twice. */
function wrap(inner: pino.Logger, bound: LogFields): Logger {
  const at =
    (level: 'debug' | 'info' | 'warn' | 'error') =>
    (message: string, fields?: LogFields): void => {
      if (!inner.isLevelEnabled(level)) return;
      inner[level]({ ...ownFields(bound), ...ownFields(fields ?? {}) }, plainText(message));
    };
  return {
    debug: at('debug'),
    info: at('info'),
    warn: at('warn'),
    error: at('error'),
    child: (fields) => wrap(inner, { ...bound, ...fields }),
  };
}

/** Writes readable lines to standard error, and JSON records to the file of their channel. No call of it throws. */
export function createLogger({
  level,
  files,
  fields = {},
  terminalLevel,
  terminal = process.stderr,
}: LoggerOptions): ClosableLogger {
  const lowest = terminalLevel === undefined ? 0 : pino.levels.values[terminalLevel]!;
  const sink = {
    write(line: string): void {
      const record = JSON.parse(line) as Record<string, unknown>;
      files?.write(channelOf(record['agent']), line);
      if (Number(record['level']) >= lowest) terminal.write(humanLine(record));
    },
  };
  return {
    ...wrap(pino({ level, base: null }, sink), fields),
    close: async () => files?.close(),
  };
}
