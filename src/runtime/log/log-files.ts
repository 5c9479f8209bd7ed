import { join } from 'node:path';
import { createRotatingFile, type RotatingFile } from './rotating-file.ts';

export const CHANNELS = ['agents', 'mission-control', 'trades'] as const;
export type Channel = (typeof CHANNELS)[number];

export interface LogFiles {
  /** Never throws and never waits: a line that cannot be written is left out, and the terminal says so. */
  write(channel: Channel, line: string): void;
  /** Writes what is pending, for a few seconds at most. */
  close(): Promise<void>;
}

export interface LogFilesOptions {
  /** Parent folder of agents/, mission-control/ and trades/. */
  readonly directory: string;
  /** Size at which a file is followed by another one of the same day, bytes. */
  readonly maxFileBytes: number;
  /** Files kept in each channel; the oldest are removed. */
  readonly keepFiles: number;
  /** Told when a file cannot be written, and when it can be again. */
  readonly complain: (line: string) => void;
}

/** JSON lines in one folder for each channel. */
export function openLogFiles({ directory, ...options }: LogFilesOptions): LogFiles {
  const files = new Map<Channel, RotatingFile>(
    CHANNELS.map((channel) => [channel, createRotatingFile({ directory: join(directory, channel), ...options })]),
  );
  return {
    write: (channel, line) => files.get(channel)?.write(line),
    async close() {
      await Promise.all([...files.values()].map((file) => file.close()));
    },
  };
}
