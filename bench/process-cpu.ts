import { readFile } from 'node:fs/promises';

/** USER_HZ: what /proc counts in, the same on every Linux that runs Node. */
const TICKS_PER_SECOND = 100;

/** CPU seconds that a process has used, all its threads; null where the system has no /proc, or there is no such process. */
export async function cpuSecondsOf(pid: number | undefined): Promise<number | null> {
  const text = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
  // The name of the program comes second, in parentheses, and may hold spaces.
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  const [user, system] = [Number(fields[11]), Number(fields[12])];
  return text === '' || Number.isNaN(user + system) ? null : (user + system) / TICKS_PER_SECOND;
}

/** What was used between two looks; null where one of them saw nothing. */
export function cpuBetween(before: number | null, after: number | null): number | null {
  return before === null || after === null ? null : after - before;
}
