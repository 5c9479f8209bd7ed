/** What the name of a worker says: `studio.local_Darwin_W3` is instance 3 on the host `studio`. */

const INSTANCE = /_W(\d{1,6})$/;

export function hostOf(workerId: string): string {
  return workerId
    .replace(INSTANCE, '')
    .replace(/_(Darwin|Linux|Windows)$/, '')
    .replaceAll('.local', '');
}

/** Null for a name without a number. */
export function instanceOf(workerId: string): number | null {
  const number = INSTANCE.exec(workerId)?.[1];
  return number === undefined ? null : Number(number);
}

/** At most so many workers of a machine; `hostname` is a part of their names, in any case of letters. */
export interface WorkerLimit {
  readonly hostname: string;
  readonly maxWorkers: number;
}

export const isOfHost = (workerId: string, hostname: string): boolean =>
  workerId.toLowerCase().includes(hostname.toLowerCase());

/** The limit a worker is beyond; null when it may work. */
export function limitBroken(workerId: string, limits: readonly WorkerLimit[]): WorkerLimit | null {
  const instance = instanceOf(workerId);
  if (instance === null) return null;
  return limits.find((limit) => isOfHost(workerId, limit.hostname) && instance > limit.maxWorkers) ?? null;
}
