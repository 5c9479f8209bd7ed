import { setTimeout as delay } from 'node:timers/promises';
import { AppError } from '../../src/domain/errors.ts';
import { readRegistry } from '../../src/runtime/services/registry.ts';
import { announcementOf, endProcess, spawnCorp } from '../corp-process.ts';
import { quantile } from '../statistics.ts';
import { unlessStopped } from '../unless-stopped.ts';
import { type TemporaryCompany } from '../temporary-company.ts';
import { memoryOf, type ProcessMemory } from './process-memory.ts';

export interface IdleMemory {
  readonly processes: readonly (ProcessMemory & { readonly process: 'company' | 'redis' | 'store' })[];
  readonly total: ProcessMemory;
}

const SAMPLES = 10;
const SAMPLE_EVERY_MS = 250;

/** Reads the company's broadcasts until its first cycle has ended. */
async function firstCycle(api: string, since: number, stop: AbortSignal): Promise<void> {
  const response = await fetch(`${api}/events?since=${since}`, { signal: stop });
  let text = '';
  for await (const chunk of response.body!.pipeThrough(new TextDecoderStream())) {
    text += chunk;
    if (/"phase":"(completed|failed)"/.test(text)) return;
  }
  throw new AppError('start-failed', 'the event stream of corp start ended before its first cycle');
}

/** The median memory of each process over some samples; null without /proc. */
async function sample(pids: Readonly<Record<'company' | 'redis' | 'store', number>>, stop: AbortSignal) {
  const seen: ProcessMemory[][] = [];
  for (let n = 0; n < SAMPLES; n += 1) {
    const row = await Promise.all(Object.values(pids).map(memoryOf));
    if (row.some((memory) => memory === null)) return null;
    seen.push(row as ProcessMemory[]);
    await unlessStopped(stop, delay(SAMPLE_EVERY_MS));
  }
  const middle = (values: readonly (number | null)[]): number | null =>
    values.some((value) => value === null) ? null : quantile(values as number[], 0.5);
  return (Object.keys(pids) as (keyof typeof pids)[]).map((process, i) => ({
    process,
    rss: middle(seen.map((row) => row[i]!.rss))!,
    pss: middle(seen.map((row) => row[i]!.pss)),
  }));
}

/**
 * Memory of an idle company: all roles in one process, its own Redis and store, `idleSeconds` after the end of its first
 * cycle. Null without /proc.
 */
export async function measureIdle(
  { environment, config, stop }: TemporaryCompany,
  idleSeconds: number,
): Promise<IdleMemory | null> {
  const startedAt = Date.now();
  const child = spawnCorp(environment('idle'), 'start', '--port', '0', '--json');
  try {
    const { api } = await unlessStopped(stop, announcementOf<{ api: string }>(child, 'corp start'));
    await unlessStopped(stop, firstCycle(api, startedAt, stop));
    await unlessStopped(stop, delay(idleSeconds * 1000));
    const registry = readRegistry(config('idle').database.dataDirectory);
    const [redis, store] = [registry?.redis?.process?.pid, registry?.mongo?.process?.pid];
    if (child.pid === undefined || redis === undefined || store === undefined) return null;
    const processes = await sample({ company: child.pid, redis, store }, stop);
    if (processes === null) return null;
    const sum = (of: (memory: ProcessMemory) => number | null): number | null =>
      processes.reduce<number | null>((total, memory) => {
        const value = of(memory);
        return total === null || value === null ? null : total + value;
      }, 0);
    return { processes, total: { rss: sum(({ rss }) => rss)!, pss: sum(({ pss }) => pss) } };
  } finally {
    await endProcess(child);
  }
}
