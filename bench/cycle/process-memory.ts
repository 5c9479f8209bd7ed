import { readFile } from 'node:fs/promises';

export interface ProcessMemory {
  /** Bytes in memory, those shared with others included. */
  readonly rss: number;
  /** Bytes in memory, shared ones divided among those who share them; null where the system does not say. */
  readonly pss: number | null;
}

async function kilobytes(path: string, field: string): Promise<number | null> {
  const text = await readFile(path, 'utf8').catch(() => '');
  const match = new RegExp(`^${field}:\\s+(\\d+) kB$`, 'm').exec(text);
  return match === null ? null : Number(match[1]);
}

/** Null where the system has no /proc, or the process is gone. */
export async function memoryOf(pid: number): Promise<ProcessMemory | null> {
  const rss = await kilobytes(`/proc/${pid}/status`, 'VmRSS');
  if (rss === null) return null;
  const pss = await kilobytes(`/proc/${pid}/smaps_rollup`, 'Pss');
  return { rss: rss * 1024, pss: pss === null ? null : pss * 1024 };
}
