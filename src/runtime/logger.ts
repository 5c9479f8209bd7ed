import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import pino from 'pino';
import { type Logger } from '../ports/logger.ts';
import { redact } from './services/redact.ts';

export type LogLevel = 'debug' | 'info' | 'warn' | 'error' | 'silent';

export interface LoggerOptions {
  readonly level: LogLevel;
  /** Parent folder of agents/, mission-control/ and trades/; without it no files are written. */
  readonly directory?: string;
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
const OWN_FIELDS = new Set(['level', 'time', 'msg', 'agent', 'pid', 'hostname']);

/** `14:03:07 WARN  trader: approval refused reason="..."`: one readable line. */
function humanLine(record: Record<string, unknown>): string {
  const time = new Date(Number(record['time'])).toISOString().slice(11, 19);
  const who = typeof record['agent'] === 'string' ? `${record['agent']}: ` : '';
  const fields = Object.entries(record)
    .filter(([key]) => !OWN_FIELDS.has(key))
    .map(([key, value]) => `${key}=${typeof value === 'string' ? value : JSON.stringify(value)}`);
  return `${time} ${LABELS[Number(record['level'])] ?? '     '} ${who}${String(record['msg'])}${fields.length > 0 ? ` (${fields.join(' ')})` : ''}\n`;
}

type Channel = 'agents' | 'mission-control' | 'trades';

/** Writes each JSON record to the terminal as a readable line and to the file of its channel, without secrets. */
function createSink(
  files: ReadonlyMap<Channel, { write(text: string): unknown }>,
  terminal: NodeJS.WritableStream,
  terminalLevel: number,
): Writable {
  return new Writable({
    decodeStrings: false,
    write(chunk: string, _encoding, done) {
      const safe = redact(chunk);
      const record = JSON.parse(safe) as Record<string, unknown>;
      const agent = record['agent'];
      const channel: Channel =
        typeof agent === 'string' ? (MONEY_AGENTS.has(agent) ? 'trades' : 'agents') : 'mission-control';
      files.get(channel)?.write(safe);
      if (Number(record['level']) >= terminalLevel) terminal.write(humanLine(record));
      done();
    },
  });
}

function wrap(inner: pino.Logger): Logger {
  return {
    debug: (message, fields) => inner.debug(fields ?? {}, message),
    info: (message, fields) => inner.info(fields ?? {}, message),
    warn: (message, fields) => inner.warn(fields ?? {}, message),
    error: (message, fields) => inner.error(fields ?? {}, message),
    child: (fields) => wrap(inner.child(fields)),
  };
}

/** Writes readable lines to standard error, and JSON records to logs/{agents,mission-control,trades}/<day>.log. */
export function createLogger({
  level,
  directory,
  terminalLevel,
  terminal = process.stderr,
}: LoggerOptions): ClosableLogger {
  const files = new Map<Channel, ReturnType<typeof pino.destination>>();
  if (directory !== undefined && level !== 'silent') {
    const day = new Date().toISOString().slice(0, 10);
    for (const channel of ['agents', 'mission-control', 'trades'] as const) {
      mkdirSync(join(directory, channel), { recursive: true });
      files.set(channel, pino.destination({ dest: join(directory, channel, `${day}.log`), sync: false, append: true }));
    }
  }
  const inner = pino(
    { level, base: null },
    createSink(files, terminal, terminalLevel === undefined ? 0 : pino.levels.values[terminalLevel]!),
  );
  return {
    ...wrap(inner),
    async close() {
      await Promise.all(
        [...files.values()].map(
          (file) =>
            new Promise<void>((done) => {
              file.once('close', () => done());
              file.end();
            }),
        ),
      );
    },
  };
}
