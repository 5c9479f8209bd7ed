import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { PROJECT_ROOT } from '../../../src/paths.ts';
import { type Act, type OperatorOrder } from '../plan/plan.ts';
import { type Story } from '../story.ts';
import { type Books } from '../world/books.ts';
import { patiently } from '../world/patiently.ts';
import { type World } from '../world/world.ts';

/** Time in which no entry may be sent or filled, in market time. */
export interface Barred {
  readonly order: OperatorOrder;
  /** Market time when the order was known to be stored. */
  readonly from: number;
  /** Market time before trading was resumed. */
  readonly until: number;
}

export interface Operator {
  obey(act: Extract<Act, { kind: 'order' }>): Promise<string>;
  /** Puts trading back to ACTIVE. */
  resume(): Promise<void>;
  readonly barred: readonly Barred[];
}

const MAIN = join(PROJECT_ROOT, 'dist', 'src', 'cli', 'main.js');
const API_WITHIN_MS = 15_000;
const RESUMED_WITHIN_MS = 300_000;
/** A halt is in force on the next candle; an entry whose send it crossed is cancelled before that is applied. */
const GRACE_CANDLES = 1;
/** Rounds of a flatten, each on a candle, with faults between them. */
const FLAT_WITHIN_CANDLES = 20;
const STATE_OF: Readonly<Record<OperatorOrder, readonly string[]>> = {
  halt: ['HALTED'],
  reduce: ['REDUCING'],
  flatten: ['REDUCING', 'HALTED'],
  'halt-and-flatten': ['HALTED'],
};

export async function corp(
  { operatorEnvironment, directory }: World,
  ...args: readonly string[]
): Promise<{ readonly code: number | null; readonly stdout: string; readonly stderr: string }> {
  const child = spawn(process.execPath, [MAIN, ...args], {
    cwd: directory,
    env: operatorEnvironment,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const [stdout, stderr] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'close')]);
  return { code: child.exitCode, stdout, stderr };
}

export function createOperator(world: World, books: Books, story: Story): Operator {
  const barred: Barred[] = [];

  const byCommand = async (name: string): Promise<boolean> => {
    const { code, stdout, stderr } = await corp(world, name, '--reason', 'chaos');
    const isStored = code === 0 || /the request is stored/.test(stderr);
    if (!isStored)
      story.tell('operator', `corp ${name}`, `exit code ${code}: ${(stderr || stdout).trim().slice(0, 160)}`);
    return isStored;
  };
  const byApi = async (state: string, flatten: boolean): Promise<boolean> => {
    try {
      const response = await fetch(`${world.api}/api/trading-state`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ state, reason: 'chaos', ...(flatten && { flatten }) }),
        signal: AbortSignal.timeout(API_WITHIN_MS),
      });
      if (response.status !== 200)
        story.tell('operator', `POST ${state}`, `${response.status}: ${(await response.text()).slice(0, 160)}`);
      return response.status === 200;
    } catch (error) {
      story.tell('operator', `POST ${state}`, `no answer: ${String(error).slice(0, 100)}`);
      return false;
    }
  };
  const give = async (order: OperatorOrder, by: 'command' | 'api'): Promise<boolean> => {
    if (by === 'api' && order !== 'flatten') {
      const [state] = STATE_OF[order];
      if (await byApi(state!, order === 'halt-and-flatten')) return true;
    }
    // As a person does whom the API has not answered.
    if (order === 'halt-and-flatten') return (await byCommand('halt')) && (await byCommand('flatten'));
    return byCommand(order);
  };

  const entriesAtVenue = async (): Promise<readonly string[]> => {
    const { broker } = books.context;
    const open = await Promise.all((await books.accounts()).map((account) => broker.openOrders(account)));
    return open
      .flat()
      .filter(({ purpose }) => purpose === 'entry')
      .map(({ clientOrderId }) => clientOrderId);
  };

  const resume = async (): Promise<void> => {
    const done = await patiently(RESUMED_WITHIN_MS, () => byCommand('resume'));
    if (done === null) story.violate('resume', `corp resume failed for ${RESUMED_WITHIN_MS / 1000} s`);
  };

  return {
    barred,
    resume,
    async obey({ order, by, candles }) {
      if (!(await give(order, by))) {
        // What was not stored may have been stored with its answer lost.
        await resume();
        return 'refused';
      }
      const { tradingState, flatten } = await books.riskState();
      if (!STATE_OF[order].includes(tradingState))
        story.violate('halt is stored', `${order} was confirmed, and the stored state is ${tradingState}`);
      const from = await books.marketTime();
      const flattens = order === 'flatten' || order === 'halt-and-flatten';
      if (flattens && flatten === undefined) story.violate('halt is stored', `${order} was confirmed, and not stored`);
      if (!(await books.reaches(from + candles * books.candleMs)))
        story.violate('candles go on', 'market time stands still');

      if (flattens) {
        const isFlat = async (): Promise<boolean> => (await books.riskState()).flatten?.doneAt !== undefined;
        for (let n = candles; !(await isFlat()); n += 1) {
          if (n > FLAT_WITHIN_CANDLES) {
            story.violate('flatten is flat', `${n} candles after it positions are held`);
            break;
          }
          await books.reaches(from + n * books.candleMs);
        }
      }
      const last = await books.riskState();
      if (!STATE_OF[order].includes(last.tradingState))
        story.violate('halt stays', `after ${order} trading is ${last.tradingState}, set by ${last.stateSetBy}`);
      // A process that was frozen while it sent an entry may wake up now: the next candle cancels it.
      const seenAt = await books.marketTime();
      for (let entries = await entriesAtVenue(), n = 1; entries.length > 0; entries = await entriesAtVenue(), n += 1) {
        if (n > GRACE_CANDLES + 1) {
          story.violate('halt is halt', `entry ${entries[0]} is alive at the venue ${candles} candles after ${order}`);
          break;
        }
        await books.reaches(seenAt + n * books.candleMs);
      }
      const until = await books.marketTime();
      await resume();
      barred.push({ order, from: from + GRACE_CANDLES * books.candleMs, until });
      return `in force for ${(until - from) / books.candleMs} candles`;
    },
  };
}
