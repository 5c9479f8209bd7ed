import { readFile } from 'node:fs/promises';

export interface ProcessMemory {
  /** Bytes in memory, shared pages included. */
  readonly rss: number;
  /** Bytes in memory, with shared pages divided among the processes that share them; null if the system does not report it. */
  readonly pss: number | null;
}

async function kilobytes(path: string, field: string): Promise<number | null> {
  const text = await readFile(path, 'utf8').catch(() => '');
  const match = new RegExp(`^${field}:\\s+(\\d+) kB$`, 'm').exec(text);
  return match === null ? null : Number(match[1]);
}

/** Null without /proc, or if the process has ended. */
export async function memoryOf(pid: number): Promise<ProcessMemory | null> {
  const rss = await kilobytes(`/proc/${pid}/status`, 'VmRSS');
  if (rss === null) return null;
  const pss = await kilobytes(`/proc/${pid}/smaps_rollup`, 'Pss');
  return { rss: rss * 1024, pss: pss === null ? null : pss * 1024 };
}
