import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, expect, it } from 'vitest';
import { timeframeMs } from '../../../src/domain/market/timeframe.ts';
import { createRng } from '../../../src/domain/random/rng.ts';
import { type CycleReport } from '../../../src/runtime/cycle-report.ts';
import { isRunning } from '../../../src/runtime/services/process-identity.ts';
import { writeCandleFiles } from '../../fixtures/faults/candle-files.ts';
import { eventually } from '../../fixtures/faults/eventually.ts';
import { blemishesOf, UNBLEMISHED } from '../../fixtures/faults/outcome.ts';
import { openScene, type CorpProcess } from '../../fixtures/faults/scene.ts';
import { visit } from '../../fixtures/faults/visit.ts';

const scene = openScene();
const candleFiles = writeCandleFiles(scene.directory);

afterAll(async () => {
  expect(await scene.clear()).toEqual([]);
});

const inDirectory = (name: string) =>
  scene.environment({
    CORP_DATABASE__DATA_DIRECTORY: join(scene.directory, name),
    CORP_EXCHANGE__SIMULATED__HISTORY_DAYS: '40',
  });

/** A report without what differs from run to run: how long things took, and the log that says when. */
function lasting(stdout: string): object {
  const { stages, auditHead, ...report } = JSON.parse(stdout) as CycleReport;
  expect(auditHead).toMatch(/^[0-9a-f]{64}$/);
  return { ...report, stages: stages.map(({ ms: _, ...stage }) => stage) };
}

it('goes on with a cycle whose command was killed, and ends with the same report', { timeout: 90_000 }, async () => {
  const cycle = (name: string): CorpProcess =>
    scene.corp(inDirectory(name), 'cycle', '--data', ...candleFiles, '--timeframe', '1h', '--seed', '1', '--json');
  const undisturbed = cycle('undisturbed');
  expect(await undisturbed.exited).toEqual({ code: 0, signal: null });
  const expected = lasting(undisturbed.stdout());

  const rng = createRng('commands');
  const phases = ['start', 'scan', 'generate', 'backtest', 'optimize', 'select', 'review', 'execute'];
  let kills = 0;
  for (const [i, phase] of phases.entries()) {
    const command = cycle('killed');
    // This phase has ended, or a later one: the next is under way.
    const seen = new RegExp(`(${phases.slice(i).join('|')}): \\d+ jobs`);
    await eventually(
      `${phase}, or the end`,
      () => phase === 'start' || seen.test(command.stderr()) || !command.isAlive(),
    );
    // The moment itself is the fault; nothing is waited for.
    await delay(phase === 'start' ? rng.integer(100, 900) : rng.integer(0, 60));
    if (!command.isAlive()) break;
    await command.kill('SIGKILL');
    kills += 1;
  }
  const last = cycle('killed');
  expect(await last.exited).toEqual({ code: 0, signal: null });
  expect(kills).toBeGreaterThanOrEqual(5);
  expect(last.stderr()).toContain('going on with cycle');
  expect(lasting(last.stdout())).toEqual(expected);
});

const company = (name: string, ...flags: string[]): CorpProcess =>
  scene.corp(inDirectory(name), 'start', '--port', '0', '--seed', '3', '--json', ...flags);

it('leaves nothing behind after Ctrl-C in the middle of work', { timeout: 60_000 }, async () => {
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

it('takes over from an owner that was killed, and misses no candle', { timeout: 90_000 }, async () => {
  const rng = createRng('owners');
  const environment = inDirectory('killed-owner');
  const step = timeframeMs('1h');
  let opened: number | undefined;
  let latest = 0;
  for (let life = 1; life <= 4; life += 1) {
    const owner = company('killed-owner', '--speed', 'max');
    const { office, redis } = await visit(scene, environment, () => owner.stdout().includes('\n'));
    const { source, account } = office.card;
    const marketTime = async (): Promise<number> => (await office.stores.feed.get(source))?.now ?? 0;
    const began = await marketTime();
    opened ??= began;
    expect(began).toBeGreaterThanOrEqual(latest);
    await eventually('some candles', async () => (await marketTime()) >= began + 5 * step);
    await delay(rng.integer(0, 200));
    latest = await marketTime();
    if (life === 4) {
      await eventually('the last candle seen', async () => (await marketTime()) > latest);
      const symbols = (await office.data.markets()).map(({ symbol }) => symbol);
      const ticks: string[] = [];
      for (let candle = opened; candle < latest; candle += step)
        ticks.push(...symbols.map((symbol) => `tick-execute.${account}.${symbol}.1h.t${candle}`));
      const jobs = await Promise.all(ticks.map((id) => office.producer.queue('trader').getJob(id)));
      expect(ticks.filter((_, i) => jobs[i]?.finishedOn === undefined)).toEqual([]);
      expect(await blemishesOf(office)).toEqual(UNBLEMISHED);
      await office.close();
      expect(await owner.kill('SIGTERM')).toEqual({ code: 0, signal: null });
      break;
    }
    await office.close();
    await owner.kill('SIGKILL');
    // Its Redis lives on; the next owner ends it before it starts one on the same data.
    expect(isRunning(redis)).toBe(true);
    const successor = company('killed-owner', '--speed', 'max');
    await eventually('the successor at work', () => successor.stdout().includes('\n'));
    expect(isRunning(redis)).toBe(false);
    await successor.kill('SIGKILL');
  }
  expect(scene.processes()).toEqual([]);
});
