import { randomUUID } from 'node:crypto';
import { flattenJobId } from '../../queues/flows/flatten-flow.ts';
import { type Producer } from '../../queues/producer.ts';
import { errorText } from '../../src/domain/errors.ts';
import { riskSummary } from '../../src/domain/risk/risk-summary.ts';
import { type StateAnswer } from '../../src/domain/risk/state-request.ts';
import { type Brake, type BrakeRequest } from '../../src/ports/brake.ts';
import { type Stores } from '../../src/ports/stores.ts';
import { withTimeout } from '../../src/ports/with-timeout.ts';
import { createTradingStates, type TradingStatesDeps } from '../agent/trading-states.ts';

export interface BrakeDeps extends Omit<TradingStatesDeps, 'stores' | 'producer' | 'broadcaster'> {
  readonly account: string;
  readonly stores: Pick<Stores, 'alerts' | 'audit'>;
  /** Null: the company does not run, and neither does its Redis. */
  readonly queues: Pick<TradingStatesDeps, 'producer' | 'broadcaster'> | null;
}

/** For all requests to Redis. A client that waits for a server that is away would wait without limit. */
const TOLD_WITHIN_MS = 3000;
/** For one of them, when the others have used up the time. */
const LAST_CHANCE_MS = 50;

/**
 * The operator's control of the trading state. It writes the store itself, as the CEO does, because the risk manager may
 * hang or miss its queue. Redis only makes the rest prompt: `settle` cancels entries before it applies a candle, and
 * `monitor` goes on with a flatten, from the stored state.
 */
export function createBrake(deps: BrakeDeps): Brake {
  const { account, stores, clock, queues } = deps;

  return async ({ state: target, reason, flatten, causedBy }: BrakeRequest) => {
    const untold = new Set<string>();
    let leftMs = TOLD_WITHIN_MS;
    const tell = async (work: () => Promise<unknown>): Promise<void> => {
      const startedAt = performance.now();
      try {
        await withTimeout(Math.max(leftMs, LAST_CHANCE_MS), 'Redis', work());
      } catch (error) {
        untold.add(problemOf(error));
      } finally {
        leftMs -= performance.now() - startedAt;
      }
    };
    const producer: Pick<Producer, 'add' | 'addFlow'> = {
      async add(...job) {
        await tell(async () => queues?.producer.add(...job));
        return '';
      },
      addFlow: (...flow) => tell(async () => queues?.producer.addFlow(...flow)),
    };
    const states = createTradingStates({
      ...deps,
      producer,
      broadcaster: { publish: (broadcast) => tell(async () => queues?.broadcaster.publish(broadcast)) },
    });

    const id = `brake.${randomUUID()}`;
    const by = 'operator';
    const answer: StateAnswer = flatten
      ? await states.flatten(account, { id, by, reason, halt: target === 'HALTED' })
      : await states.set(account, target, by, reason, id);
    const { state, changed, explanation } = answer;
    const later = laterOf(state.tradingState !== 'ACTIVE', flatten, queues === null ? [] : [...untold]);
    const name = flatten ? 'flatten' : 'set-state';
    // The state is in force, whatever becomes of its record.
    await stores.audit
      .append({
        key: `risk-manager/${name}/${id}`,
        actor: 'risk-manager',
        action: name,
        subject: id,
        at: clock.now(),
        data: {
          payload: { account, by, reason, ...(flatten ? { halt: target === 'HALTED' } : { state: target }) },
          result: { state: state.tradingState, changed, explanation },
          risk: riskSummary(state),
          causedBy,
        },
      })
      .catch((error: unknown) => later.push(`The audit log has no record of it: ${errorText(error)}`));
    return {
      account,
      state: state.tradingState,
      changed,
      explanation,
      later,
      ...(flatten && { closingJob: flattenJobId(account, id) }),
    };
  };
}

/** Why Redis took no request, in its own words where a person can do something about them. */
function problemOf(error: unknown): string {
  const text = errorText(error);
  if (text.includes('OOM ')) return 'it is full';
  return /(MISCONF|READONLY|WRONGTYPE|NOPERM).*/.exec(text)?.[0] ?? 'it does not answer';
}

function laterOf(bars: boolean, flatten: boolean, untold: readonly string[]): string[] {
  if (untold.length === 0) return [];
  const what = flatten
    ? 'the orders that close everything are placed with the first candle after it is back'
    : bars
      ? 'unfilled entries are cancelled before the next candle is traded'
      : 'the agents read the state from the store';
  return [`Redis was not told (${untold.join('; ')}): ${what}`];
}
