import { setTimeout as delay } from 'node:timers/promises';
import { type Violate } from './checks/check.ts';
import { checkAudit } from './checks/audit-holds.ts';
import { checkFleetIsDone } from './checks/fleet-is-done.ts';
import { checkHaltsHeld } from './checks/halts-held.ts';
import { checkLedgerIsVenue } from './checks/ledger-is-venue.ts';
import { checkMemory, measureMemory } from './checks/memory.ts';
import { processesOf } from '../fixtures/faults/processes-of.ts';
import { checkFilesLeft, checkLogs } from './checks/nothing-is-left.ts';
import { checkFailures, checkQueuesGetIdle, checkQueuesTakeJobs, checkSchedules } from './checks/queues-work.ts';
import { cardsOf, drawActs, LANES, MEMBERS, nameOf, SERVICES, type Lane } from './plan/plan.ts';
import { type Story } from './story.ts';
import { startApiClient } from './traffic/api-client.ts';
import { createOperator } from './traffic/operator.ts';
import { addStrategies } from './traffic/own-strategies.ts';
import { startFleet } from './traffic/scripted-fleet.ts';
import { openBooks } from './world/books.ts';
import { patiently } from './world/patiently.ts';
import { flushRedis, perform } from './world/perform.ts';
import { openWorld } from './world/world.ts';

export interface ChaosOptions {
  readonly seed: number;
  readonly minutes: number;
  readonly profile: 'bracket' | 'plain';
  /** Keeps the outputs of the processes also when everything holds. */
  readonly keeps: boolean;
  /** Ends the acts early. */
  readonly stop: AbortSignal;
}

const STARTS_WITHIN_MS = 240_000;
/** Candles before the first act, and after the last one before anything is checked. */
const WARM_UP_CANDLES = 15;
const QUIET_CANDLES = 12;
/** In these a state that set itself has lifted itself. */
const ACTIVE_WITHIN_CANDLES = 40;
/** So that all kinds of acts occur on a machine on which each takes longer. */
const MOST_TIMES_LONGER = 4;
const HEADS_EVERY_MS = 20_000;

/** Starts everything, lets the acts of the seed happen, and checks afterwards what must hold. */
export async function runChaos({ seed, minutes, profile, keeps, stop }: ChaosOptions, story: Story): Promise<void> {
  const violate: Violate = (check, text) => story.violate(check, text);
  const mayEnd = new Set<string>();
  /** A process that cannot even start ends the run. */
  let fail: (error: Error) => void = () => undefined;
  const failed = new Promise<never>((_, reject) => (fail = reject));
  const world = await openWorld(profile, {
    onOwnEnd(name, how) {
      if (mayEnd.has(name)) story.tell(name, 'ended', how);
      else violate('goes on', `${name} ended by itself: ${how}`);
      fail(new Error(`${name} ended while the run began`));
    },
  });
  failed.catch(() => undefined);
  try {
    for (const name of SERVICES) world.services[name].start();
    await Promise.all(SERVICES.map((name) => world.services[name].works()));
    for (const name of MEMBERS) world.members[name].start();
    const works = await Promise.race([
      failed,
      Promise.all([world.members.company.works(), world.members.coordinator.works()]),
      delay(STARTS_WITHIN_MS, null, { ref: false }),
    ]);
    if (works === null) throw new Error(`the company does not run within ${STARTS_WITHIN_MS / 1000} s`);
    if (world.disk === null) story.tell('world', 'a full disk', 'skipped: this process may not mount a disk');
    const books = await openBooks(world);
    try {
      await addStrategies(world.api);
      const fleet = startFleet(world.coordinator, story);
      const client = startApiClient(world.api, story);
      const operator = createOperator(world, books, story);
      await books.reaches((await books.marketTime()) + WARM_UP_CANDLES * books.candleMs);
      const memoryBefore = await measureMemory(world);
      const startedAt = performance.now();
      const marketBefore = await books.marketTime();
      story.tell('world', 'the acts begin', `profile ${profile}, account ${books.account}`);

      const elapsed = (): number => performance.now() - startedAt;
      const lane = async (name: Lane): Promise<void> => {
        let done = 0;
        const isOver = (): boolean =>
          stop.aborted ||
          elapsed() >= minutes * 60_000 * MOST_TIMES_LONGER ||
          (elapsed() >= minutes * 60_000 && done >= cardsOf(name));
        for (const { act, afterMs } of drawActs(seed, name)) {
          await delay(afterMs, undefined, { signal: stop }).catch(() => undefined);
          if (isOver()) return;
          story.tell(name, nameOf(act));
          const seen =
            act.kind === 'order' ? await operator.obey(act) : await perform({ world, books, story, mayEnd }, act);
          if (seen !== '') story.tell(name, `: ${nameOf(act)}`, seen);
          story.count(
            act.kind === 'link' || act.kind === 'order'
              ? `${act.kind} ${act.kind === 'link' ? act.trouble : act.order}`
              : act.kind,
          );
          done += 1;
        }
      };
      const heads: string[] = [];
      let beQuiet: () => void = () => undefined;
      const quiet = new Promise<void>((resolve) => (beQuiet = resolve));
      let notesHeads = true;
      const noting = (async () => {
        while (notesHeads) {
          const head = await patiently(STARTS_WITHIN_MS, () => books.context.stores.audit.head());
          if (head) heads.push(head.hash);
          await Promise.race([delay(HEADS_EVERY_MS, undefined, { ref: false }), quiet]);
        }
      })();
      await Promise.all(LANES.map(lane));
      notesHeads = false;
      beQuiet();
      await noting;

      await fleet.stopCreating();
      await operator.resume();
      await Promise.all([world.members.company.works(), world.members.coordinator.works()]);
      // At the end, when nothing is started any more: what is in Redis afterwards was put back by what runs.
      await flushRedis(world);
      const quietSince = Date.now();
      const marketQuiet = await books.marketTime();
      const played = Math.round((marketQuiet - marketBefore) / books.candleMs);
      story.tell(
        'world',
        'Redis was flushed, and all faults are over',
        `${played} candles in ${Math.round(elapsed() / 1000)} s`,
      );

      if (!(await books.reaches(marketQuiet + QUIET_CANDLES * books.candleMs)))
        violate('candles go on', 'market time stands still after all faults are over');
      for (let n = QUIET_CANDLES + 1; ; n += 1) {
        const { tradingState, stateReason, stateSetBy } = await books.riskState();
        if (tradingState === 'ACTIVE') break;
        if (n > ACTIVE_WITHIN_CANDLES) {
          violate('trading goes on', `${tradingState} by ${stateSetBy} after ${n} quiet candles: ${stateReason}`);
          break;
        }
        if (!(await books.reaches(marketQuiet + n * books.candleMs))) break;
      }
      await client.stop();
      const seen: [string, string][] = [];
      const check = async (name: string, work: Promise<string> | string): Promise<void> => {
        const text = await work;
        seen.push([name, text]);
        story.tell('check', name, text);
      };
      // All faults may still have retries under way when the first candles are quiet.
      const settledSince = Date.now();
      await check('all queues take jobs', checkQueuesTakeJobs(books, quietSince, violate));
      await check('schedules exist once', checkSchedules(books, violate));
      await check('memory is back', checkMemory(memoryBefore, await measureMemory(world), violate));
      await check('units of the fleet', checkFleetIsDone(world, fleet.asked(), violate));
      await fleet.stop();
      // Without a feed nothing new is decided; the nodes finish what is left.
      const stopped = await world.members.company.stop();
      if (stopped?.code !== 0) violate('clean stop', `the company ended with ${stopped?.code ?? stopped?.signal}`);
      await checkQueuesGetIdle(books, violate);
      await check('failed jobs', checkFailures(books, settledSince, violate));
      await check('ledger is venue', checkLedgerIsVenue(books, violate));
      await check('halts held', checkHaltsHeld(books, operator.barred, violate));
      await check('audit chain', checkAudit(world, heads, violate));
      await check(
        'answers of the API',
        [...client.answers].map(([status, n]) => `${n} x ${status === 0 ? 'none' : status}`).join(', '),
      );
    } finally {
      await books.close();
    }
    for (const name of MEMBERS.filter((member) => member !== 'company')) {
      const ending = await world.members[name].stop();
      if (ending?.code !== 0) violate('clean stop', `${name} ended with ${ending?.code ?? ending?.signal}`);
    }
    await Promise.all(SERVICES.map((name) => world.services[name].stop()));
    const left = processesOf(world.directory)?.map(({ pid, command }) => `${pid} ${command.trim()}`) ?? null;
    for (const line of left ?? []) violate('processes', `left running: ${line}`);
    story.tell('check', 'no process is left', left === null ? 'skipped: no /proc' : '');
    story.tell('check', 'no file is left', checkFilesLeft(world, violate));
    story.tell('check', 'logs', checkLogs(world, violate));
  } finally {
    const isKept = keeps || story.violations.length > 0;
    await world.clear(isKept);
    if (isKept) story.tell('world', 'outputs of the processes', world.outputs);
  }
}
