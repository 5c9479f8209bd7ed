import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, expect, it } from 'vitest';
import { timeframeMs } from '../../../src/domain/market/timeframe.ts';
import { createRng } from '../../../src/domain/random/rng.ts';
import { type CycleReport } from '../../../src/reports/cycle/cycle-report.ts';
import { isRunning } from '../../../src/runtime/services/process-identity.ts';
import { writeCandleFiles } from '../../fixtures/faults/candle-files.ts';
import { eventually } from '../../fixtures/faults/eventually.ts';
import { blemishesOf, UNBLEMISHED } from '../../fixtures/faults/outcome.ts';
import { openScene, type CorpProcess } from '../../fixtures/faults/scene.ts';
import { visit, type Visit } from '../../fixtures/faults/visit.ts';

const scene = openScene();
const candleFiles = writeCandleFiles(scene.directory);

afterAll(async () => {
  expect(await scene.clear()).toEqual([]);
});

const inDirectory = (name: string) =>
  scene.environment({
    CORP_DATABASE__DATA_DIRECTORY: join(scene.directory, name),
    CORP_DATABASE__LOG_DIRECTORY: join(scene.directory, `${name}-logs`),
    CORP_EXCHANGE__SIMULATED__HISTORY_DAYS: '40',
  });

/** A report without what differs from run to run: how long things took, and the log that says when. */
function lasting(stdout: string): object {
  const { stages, auditHead, ...report } = JSON.parse(stdout) as CycleReport;
  expect(auditHead).toMatch(/^[0-9a-f]{64}$/);
  return { ...report, stages: stages.map(({ ms: _, ...stage }) => stage) };
}

it(
  'goes on with a cycle whose command was killed, and ends with the same report',
  { timeout: 240_000 },
  async ({ annotate }) => {
    const cycle = (name: string): CorpProcess =>
      scene.corp(inDirectory(name), 'cycle', '--data', ...candleFiles, '--timeframe', '1h', '--seed', '1', '--json');
    const undisturbed = cycle('undisturbed');
    expect(await undisturbed.exited).toEqual({ code: 0, signal: null });
    const expected = lasting(undisturbed.stdout());

    const rng = createRng('commands');
    const phases = ['start', 'scan', 'analyze', 'generate', 'backtest', 'backtest', 'optimize', 'optimize'];
    const kills: string[] = [];
    let command = cycle('killed');
    for (const [i, phase] of phases.entries()) {
      // This phase has ended, or a later one: the next is under way.
      const seen = new RegExp(`(${phases.slice(i).join('|')}): \\d+ jobs`);
      await eventually(
        `the end of ${phase}`,
        () => phase === 'start' || seen.test(command.stderr()) || !command.isAlive(),
      );
      // The moment itself is the fault; nothing is waited for.
      await delay(phase === 'start' ? rng.integer(100, 900) : rng.integer(0, 60));
      if (!command.isAlive()) break;
      await command.kill('SIGKILL');
      kills.push(phase);
      const [killed, next] = [command, cycle('killed')];
      command = next;
      if (killed.stderr().includes('execute: ')) break;
      if (phase !== 'start') await eventually('it goes on', () => next.stderr().includes('going on with cycle'));
    }
    await annotate(`killed after ${kills.join(', ')}`);
    expect(await command.exited).toEqual({ code: 0, signal: null });
    expect(kills.length).toBeGreaterThanOrEqual(5);
    expect(lasting(command.stdout())).toEqual(expected);
  },
);

const company = (name: string, ...flags: string[]): CorpProcess =>
  scene.corp(inDirectory(name), 'start', '--port', '0', '--seed', '3', '--json', ...flags);

it('leaves nothing behind after Ctrl-C in the middle of work', { timeout: 180_000 }, async () => {
  const first = company('interrupted');
  const { office } = await visit(scene, inDirectory('interrupted'), () => first.stdout().includes('\n'));
  await eventually('backtests', async () => (await office.producer.queue('backtest').getActiveCount()) > 0);
  await office.close();
  expect(await first.kill('SIGINT')).toEqual({ code: 0, signal: null });
  expect(scene.processes()).toEqual([]);

  const second = company('interrupted');
  await eventually('the second start', () => second.stdout().includes('\n'));
  expect(await second.kill('SIGINT')).toEqual({ code: 0, signal: null });
  expect(scene.processes()).toEqual([]);
});

it('takes over from an owner that was killed, and misses no candle', { timeout: 240_000 }, async () => {
  const rng = createRng('owners');
  const step = timeframeMs('1h');
  const open = async (): Promise<Visit & { readonly owner: CorpProcess; readonly now: () => Promise<number> }> => {
    const owner = company('killed-owner', '--speed', 'max');
    const { office, redis } = await visit(scene, inDirectory('killed-owner'), () => owner.stdout().includes('\n'));
    const now = async (): Promise<number> => (await office.stores.feed.get(office.card.source))?.now ?? 0;
    return { owner, office, redis, now };
  };
  let life = await open();
  const opened = await life.now();
  for (let death = 1; death <= 3; death += 1) {
    const { owner, office, redis, now } = life;
    const began = await now();
    await eventually('some candles', async () => (await now()) >= began + 3 * step);
    // The moment itself is the fault; nothing is waited for.
    await delay(rng.integer(0, 200));
    const latest = await now();
    await office.close();
    await owner.kill('SIGKILL');
    // Its Redis lives on: the next owner must end it before it starts one on the same data.
    expect(isRunning(redis)).toBe(true);
    life = await open();
    expect(isRunning(redis)).toBe(false);
    expect(await life.now()).toBeGreaterThanOrEqual(latest);
  }
  const { owner, office, now } = life;
  const began = await now();
  const latest = await eventually('more candles', async () => (await now()) > began + step && now());
  const symbols = (await office.data.markets()).map(({ symbol }) => symbol);
  const ticks: string[] = [];
  for (let candle = opened; candle < latest - step; candle += step)
    ticks.push(...symbols.map((symbol) => `tick-execute.${office.card.account}.${symbol}.1h.t${candle}`));
  const jobs = await Promise.all(ticks.map((id) => office.producer.queue('trader').getJob(id)));
  expect(ticks.length).toBeGreaterThan(20);
  expect(ticks.filter((_, i) => jobs[i]?.finishedOn === undefined)).toEqual([]);
  expect(await blemishesOf(office)).toEqual(UNBLEMISHED);
  await office.close();
  expect(await owner.kill('SIGTERM')).toEqual({ code: 0, signal: null });
  expect(scene.processes()).toEqual([]);
});
