import { execFileSync } from 'node:child_process';
import { createHash, randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { AppError } from '../../domain/errors.ts';

/**
 * Takes the directory for this process. Everyone who wants it first puts up a claim of its own, a file whose name says
 * which process it is and when that was started (an id is given again to later processes), and then looks around: with
 * another living claim there it withdraws. So two never own the directory; of two that come at the same moment both may
 * be refused. Claims of dead processes are removed: the dead do not come back, so nothing can be removed by mistake.
 * @returns a function that gives the directory back
 */
export async function lockDirectory(directory: string): Promise<() => Promise<void>> {
  const mine = `lock.${process.pid}.${startOf(process.pid)}.${randomUUID()}`;
  const withdraw = (): Promise<void> => rm(join(directory, mine), { force: true });
  await writeFile(join(directory, mine), '');
  try {
    for (const name of await readdir(directory)) {
      const [, pid, started] = /^lock\.(\d+)\.(\w+)\./.exec(name) ?? [];
      if (pid === undefined || name === mine) continue;
      if (startOf(Number(pid)) === started) {
        throw new AppError('store-locked', `${directory} is in use by process ${pid}`, {
          advice: 'Stop that process or choose another directory',
        });
      }
      await rm(join(directory, name), { force: true });
    }
  } catch (error) {
    await withdraw();
    throw error;
  }
  return withdraw;
}

/** When a process was started, as a short name; `undefined` when there is no such process. */
function startOf(pid: number): string | undefined {
  try {
    const ps = (): string => execFileSync('ps', ['-o', 'lstart=', '-p', String(pid)], { encoding: 'utf8' });
    const start = process.platform === 'linux' ? startOnLinux(pid) : ps();
    return start && createHash('sha256').update(start).digest('hex').slice(0, 16);
  } catch (error) {
    const { code, status } = error as { code?: string; status?: number };
    if (code === 'ENOENT' || code === 'ESRCH' || status === 1) return undefined;
    throw error;
  }
}

/** Field 22 of stat, counted after the command's name, which may itself contain spaces and parentheses; zombies are dead. */
function startOnLinux(pid: number): string | undefined {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return fields[0] === 'Z' ? undefined : `${readFileSync('/proc/sys/kernel/random/boot_id', 'utf8')}${fields[19]}`;
}
