import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, expect, it } from 'vitest';
import { timeframeMs } from '../../../src/domain/market/timeframe.ts';
import { createRng } from '../../../src/domain/random/rng.ts';
import { type CycleReport } from '../../../src/reports/cycle/cycle-report.ts';
import { isRunning } from '../../../src/process-lock/process-identity.ts';
import { writeCandleFiles } from '../../fixtures/faults/candle-files.ts';
import { eventually } from '../../fixtures/faults/eventually.ts';
import { violationsOf, NO_VIOLATIONS } from '../../fixtures/faults/outcome.ts';
import { openFaultTestEnvironment, type CorpProcess } from '../../fixtures/faults/test-environment.ts';
import { attachToCompany, type AttachedCompany } from '../../fixtures/faults/attach-to-company.ts';

export interface OwnersUnderKills {
  /** The command of a cycle is killed during or after each of these phases, until the cycle has ended. */
  readonly phases: readonly string[];
  readonly leastKills: number;
  /** Number of times that the owner of a trading company is killed. */
  readonly deaths: number;
}

/** Commands that own a company are killed and restarted. */
export function describeOwnersUnderKills({ phases, leastKills, deaths }: OwnersUnderKills): void {
  const testEnvironment = openFaultTestEnvironment();
  const candleFiles = writeCandleFiles(testEnvironment.directory);

  afterAll(async () => {
    expect(await testEnvironment.clear()).toEqual([]);
  });

  const inDirectory = (name: string) =>
    testEnvironment.environment({
      CORP_DATABASE__DATA_DIRECTORY: join(testEnvironment.directory, name),
      CORP_DATABASE__LOG_DIRECTORY: join(testEnvironment.directory, `${name}-logs`),
      CORP_EXCHANGE__SIMULATED__HISTORY_DAYS: '40',
    });

  /** The report without the values that differ between runs: durations, and the audit head, which covers times. */
  function withoutTimes(stdout: string): object {
    const { stages, auditHead, ...report } = JSON.parse(stdout) as CycleReport;
    expect(auditHead).toMatch(/^[0-9a-f]{64}$/);
    return { ...report, stages: stages.map(({ ms: _, ...stage }) => stage) };
  }

  it(
    'continues a cycle whose command was killed, and ends with the same report',
    { timeout: 240_000 },
    async ({ annotate }) => {
      const cycle = (name: string): CorpProcess =>
        testEnvironment.corp(
          inDirectory(name),
          'cycle',
          '--data',
          ...candleFiles,
          '--timeframe',
          '1h',
          '--seed',
          '1',
          '--json',
        );
      const undisturbed = cycle('undisturbed');
      expect(await undisturbed.exited).toEqual({ code: 0, signal: null });
      const expected = withoutTimes(undisturbed.stdout());

      const rng = createRng('commands');
      const kills: string[] = [];
      let command = cycle('killed');
      for (const [i, phase] of phases.entries()) {
        // Matches the end of this phase or a later one: the next phase is running.
        const seen = new RegExp(`(${phases.slice(i).join('|')}): \\d+ jobs`);
        await eventually(
          `the end of ${phase}`,
          () => phase === 'start' || seen.test(command.stderr()) || !command.isAlive(),
        );
        // A random moment is the point of this delay; it waits for no event.
        await delay(phase === 'start' ? rng.integer(100, 900) : rng.integer(0, 60));
        if (!command.isAlive()) break;
        await command.kill('SIGKILL');
        kills.push(phase);
        const [killed, next] = [command, cycle('killed')];
        command = next;
        if (killed.stderr().includes('execute: ')) break;
        if (phase !== 'start')
          await eventually('the command continues the cycle', () =>
            next.stderr().includes('resuming the interrupted cycle'),
          );
      }
      await annotate(`killed after ${kills.join(', ')}`);
      expect(await command.exited).toEqual({ code: 0, signal: null });
      expect(kills.length).toBeGreaterThanOrEqual(leastKills);
      expect(withoutTimes(command.stdout())).toEqual(expected);
    },
  );

  const company = (name: string, ...flags: string[]): CorpProcess =>
    testEnvironment.corp(inDirectory(name), 'start', '--port', '0', '--seed', '3', '--json', ...flags);

  it('leaves no process behind after Ctrl-C during work', { timeout: 180_000 }, async () => {
    const first = company('interrupted');
    const { context } = await attachToCompany(testEnvironment, inDirectory('interrupted'), () =>
      first.stdout().includes('\n'),
    );
    await eventually('backtests', async () => (await context.producer.queue('backtest').getActiveCount()) > 0);
    await context.close();
    expect(await first.kill('SIGINT')).toEqual({ code: 0, signal: null });
    await expect.poll(() => testEnvironment.processes()).toEqual([]);

    const second = company('interrupted');
    await eventually('the second start', () => second.stdout().includes('\n'));
    expect(await second.kill('SIGINT')).toEqual({ code: 0, signal: null });
    await expect.poll(() => testEnvironment.processes()).toEqual([]);
  });

  it('takes over from a killed owner, and misses no candle', { timeout: 240_000 }, async () => {
    const rng = createRng('owners');
    const step = timeframeMs('1h');
    const open = async (): Promise<
      AttachedCompany & { readonly owner: CorpProcess; readonly now: () => Promise<number> }
    > => {
      const owner = company('killed-owner', '--speed', 'max');
      const { context, redis } = await attachToCompany(testEnvironment, inDirectory('killed-owner'), () =>
        owner.stdout().includes('\n'),
      );
      const now = async (): Promise<number> => (await context.stores.feed.get(context.descriptor.source))?.now ?? 0;
      return { owner, context, redis, now };
    };
    let life = await open();
    const opened = await life.now();
    for (let death = 1; death <= deaths; death += 1) {
      const { owner, context, redis, now } = life;
      const began = await now();
      await eventually('some candles', async () => (await now()) >= began + 3 * step);
      // A random moment is the point of this delay; it waits for no event.
      await delay(rng.integer(0, 200));
      const latest = await now();
      await context.close();
      // An owner that ended by itself has said why, and has ended its Redis.
      expect(await owner.kill('SIGKILL'), owner.stderr()).toEqual({ code: null, signal: 'SIGKILL' });
      // Its Redis ends with it, sooner or later: the next owner must not start one on the same data before.
      life = await open();
      expect(isRunning(redis)).toBe(false);
      expect(await life.now()).toBeGreaterThanOrEqual(latest);
    }
    const { owner, context, now } = life;
    const began = await now();
    const latest = await eventually('more candles', async () => (await now()) > began + step && now());
    const ticks: string[] = [];
    for (let candle = opened; candle < latest - step; candle += step)
      ticks.push(`monitor.${context.descriptor.account}.t${candle}`);
    const jobs = await Promise.all(ticks.map((id) => context.producer.queue('risk-manager').getJob(id)));
    expect(ticks.length).toBeGreaterThanOrEqual(3 * deaths);
    expect(ticks.filter((_, i) => jobs[i]?.finishedOn === undefined)).toEqual([]);
    expect(await violationsOf(context)).toEqual(NO_VIOLATIONS);
    await context.close();
    expect(await owner.kill('SIGTERM')).toEqual({ code: 0, signal: null });
    await expect.poll(() => testEnvironment.processes()).toEqual([]);
  });
}
