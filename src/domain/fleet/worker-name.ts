/** Parses worker names: `studio.local_Darwin_W3` is instance 3 on the host `studio`. */

const INSTANCE = /_W(\d{1,6})$/;

export function hostOf(workerId: string): string {
  return workerId
    .replace(INSTANCE, '')
    .replace(/_(Darwin|Linux|Windows)$/, '')
    .replaceAll('.local', '');
}

/** Instance number; null for a name without one. */
export function instanceOf(workerId: string): number | null {
  const number = INSTANCE.exec(workerId)?.[1];
  return number === undefined ? null : Number(number);
}

/** Limit of workers per machine; `hostname` is matched as a case-insensitive part of the worker's name. */
export interface WorkerLimit {
  readonly hostname: string;
  readonly maxWorkers: number;
}

export const isOfHost = (workerId: string, hostname: string): boolean =>
  workerId.toLowerCase().includes(hostname.toLowerCase());

/** The limit that a worker exceeds, or null. */
export function limitBroken(workerId: string, limits: readonly WorkerLimit[]): WorkerLimit | null {
  const instance = instanceOf(workerId);
  if (instance === null) return null;
  return limits.find((limit) => isOfHost(workerId, limit.hostname) && instance > limit.maxWorkers) ?? null;
}
