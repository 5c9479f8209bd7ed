import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';

/** A process that no later one with the same pid can be mistaken for. */
export interface ProcessIdentity {
  readonly pid: number;
  /** When it started, as the system writes it: letters, digits and "-" only. Compared, never read. */
  readonly startedAt: string;
}

const CHECK_EVERY_MS = 10;
const hasProc = existsSync('/proc/self/stat');

/** Null when no such process runs. A dead one that its parent has not collected does not run. */
export function identifyProcess(pid: number): ProcessIdentity | null {
  const startedAt = hasProc ? startFromProc(pid) : startFromPs(pid);
  return startedAt === null ? null : { pid, startedAt };
}

export function isRunning(identity: ProcessIdentity): boolean {
  return identifyProcess(identity.pid)?.startedAt === identity.startedAt;
}

/** Whether a process with this pid runs; it may be another one than when the pid was noted. */
export const isAlive = (pid: number): boolean => identifyProcess(pid) !== null;

/** SIGTERM, then SIGKILL at the deadline. For processes that are not our children: their end raises no event here. */
export async function endProcess(identity: ProcessIdentity, graceMs: number): Promise<boolean> {
  if (await signalAndWait(identity, 'SIGTERM', graceMs)) return true;
  return signalAndWait(identity, 'SIGKILL', graceMs);
}

async function signalAndWait(identity: ProcessIdentity, signal: NodeJS.Signals, withinMs: number): Promise<boolean> {
  const deadline = performance.now() + withinMs;
  if (isRunning(identity)) process.kill(identity.pid, signal);
  while (isRunning(identity)) {
    if (performance.now() > deadline) return false;
    await delay(CHECK_EVERY_MS);
  }
  return true;
}

function startFromProc(pid: number): string | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The second field, the program's name in parentheses, may itself hold spaces and parentheses.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    const [state, ticksSinceBoot] = [fields[0], fields[19]];
    if (state === 'Z' || state === 'X' || ticksSinceBoot === undefined) return null;
    const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').slice(0, 8);
    return `${boot}-${ticksSinceBoot}`;
  } catch {
    return null;
  }
}

function startFromPs(pid: number): string | null {
  try {
    const columns = ['-o', 'stat=', '-o', 'lstart=', '-p', String(pid)];
    const line = execFileSync('ps', columns, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
    const [state, ...started] = line.trim().split(/\s+/);
    return state === undefined || state.startsWith('Z') ? null : started.join('-').replaceAll(/[^\w-]/g, '');
  } catch {
    return null;
  }
}
