import { readFile } from 'node:fs/promises';

/** USER_HZ, the unit of /proc; the same on every Linux that runs Node. */
const TICKS_PER_SECOND = 100;

/** Fields of /proc/<pid>/stat, counted from the one after the program's name. */
const OWN = [11, 12] as const;
const CHILDREN = [13, 14] as const;

async function secondsIn(
  pid: number | 'self' | undefined,
  [first, second]: readonly [number, number],
): Promise<number | null> {
  const text = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
  // The name of the program comes second, in parentheses, and may hold spaces.
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  const [user, system] = [Number(fields[first]), Number(fields[second])];
  return text === '' || Number.isNaN(user + system) ? null : (user + system) / TICKS_PER_SECOND;
}

/** CPU seconds of a process with all its threads; null without /proc, or if the process does not exist. */
export function cpuSecondsOf(pid: number | undefined): Promise<number | null> {
  return secondsIn(pid, OWN);
}

/** CPU seconds of the children of this process that have ended, theirs included; null where the system has no /proc. */
export function childCpuSeconds(): Promise<number | null> {
  return secondsIn('self', CHILDREN);
}

/** CPU seconds between two measurements; null if one of them is. */
export function cpuBetween(before: number | null, after: number | null): number | null {
  return before === null || after === null ? null : after - before;
}
