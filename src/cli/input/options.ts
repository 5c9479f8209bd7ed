import { InvalidArgumentError, Option } from 'commander';
import { modeField, reasonField, symbolField, timeframeField } from '../../../queues/fields.ts';
import { isQueueName, QUEUE_NAMES, type QueueName } from '../../../queues/names.ts';
import { type Timeframe } from '../../domain/market/timeframe.ts';
import { decimalOf } from './decimal.ts';

/** Flags and arguments that several commands share. Commander prints InvalidArgumentError as one line of bad usage. */

const MAX_ROWS = 10_000;

export const jsonOption = (): Option => new Option('--json', 'print one JSON document instead of text').default(false);

export const modeOption = (): Option =>
  new Option('--mode <mode>', 'mode of the company; default: the company started last').choices(modeField.options);

export const limitOption = (): Option =>
  new Option('--limit <rows>', 'maximum number of rows, newest first').default(50).argParser((text) => {
    const rows = decimalOf(text);
    if (Number.isInteger(rows) && rows >= 1 && rows <= MAX_ROWS) return rows;
    throw new InvalidArgumentError(`Write a whole number from 1 to ${MAX_ROWS}.`);
  });

export function parseTimeframe(text: string): Timeframe {
  const timeframe = timeframeField.safeParse(text);
  if (timeframe.success) return timeframe.data;
  throw new InvalidArgumentError('Write it like 5m, 1h, 1d or 1w; months are of unequal length.');
}

export function parseSymbol(text: string): string {
  if (symbolField.safeParse(text).success) return text;
  throw new InvalidArgumentError('Write it like BTC-USD.');
}

export function parsePort(text: string): number {
  const port = decimalOf(text);
  if (Number.isInteger(port) && port >= 0 && port <= 65_535) return port;
  throw new InvalidArgumentError('Write a port from 0 to 65535.');
}

export function parseQueue(text: string): QueueName {
  if (isQueueName(text)) return text;
  throw new InvalidArgumentError(`There is no such queue: ${QUEUE_NAMES.join(', ')}.`);
}

export const reasonOption = (): Option =>
  new Option('--reason <text>', 'reason, stored in the audit log').makeOptionMandatory().argParser((text) => {
    const reason = reasonField.safeParse(text.trim());
    if (reason.success) return reason.data;
    throw new InvalidArgumentError('Write a reason of 1 to 500 characters.');
  });
