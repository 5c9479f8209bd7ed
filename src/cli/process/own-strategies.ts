import { randomUUID } from 'node:crypto';
import { type Result } from '../../../queues/contracts/registry.ts';
import { backtestText } from '../../../processors/strategy-selector/own-strategies.ts';
import { AppError } from '../../domain/errors.ts';
import { type Timeframe } from '../../domain/market/timeframe.ts';
import { readSpec } from '../input/read-spec.ts';
import { answerOf } from '../output/answer-of.ts';
import { type CliIo } from '../output/io.ts';
import { announcedDescriptor, type Mode } from './choose-descriptor.ts';
import { withContext } from './open-context.ts';
import { findStrategy } from './story-material.ts';

export interface AddOptions {
  readonly market: string;
  readonly timeframe?: Timeframe;
  readonly active: boolean;
  readonly unproven: boolean;
  readonly managed: boolean;
  readonly json: boolean;
  readonly mode?: Mode;
}

export interface RetireOptions {
  readonly market?: string;
  readonly reason: string;
  readonly json: boolean;
  readonly mode?: Mode;
}

/** `--active` trades with the account's money: it is not enough to ask for it, one must say that nothing speaks for it. */
function requireConsent({ active, unproven }: AddOptions): void {
  if (active && !unproven)
    throw new AppError('bad-input', 'no research stands behind this strategy, so --active needs --unproven', {
      advice: 'Add --unproven to trade it with the money of the account, or leave out --active to incubate it',
    });
  if (unproven && !active)
    throw new AppError('bad-input', '--unproven is only for --active: an incubating strategy is unproven anyway', {
      advice: 'Leave it out, or add --active',
    });
}

/** Works whether the company runs or not: without one the job runs here, and the next start trades the strategy. */
export async function addStrategy(io: CliIo, file: string, options: AddOptions): Promise<void> {
  requireConsent(options);
  const { market: symbol, active, managed, json, mode } = options;
  const answer = await withContext(io, announcedDescriptor(mode), async (context) => {
    const { account } = context.descriptor;
    const { kind } = await context.data.market(symbol);
    const { spec, notes } = await readSpec(file, kind);
    for (const note of notes) io.complain(`corp: ${file}: ${note}`);
    const { timeframe } = options;
    const state = active ? 'active' : 'incubating';
    const jobId = await context.producer.add(
      'strategy-selector',
      'add-strategy',
      { account, spec: { ...spec }, symbol, state, managed, ...(timeframe && { timeframe }) },
      { meta: { priority: 'high', causedBy: 'corp strategies add' }, jobId: `add-strategy.${randomUUID()}` },
    );
    const agents = ['strategy-selector'] as const;
    return answerOf(context, { queue: 'strategy-selector', name: 'add-strategy', jobId, agents });
  });
  if (json) io.json(answer);
  else io.print(textOf(answer));
}

const textOf = ({ changed, explanation, backtest }: Result<'strategy-selector', 'add-strategy'>): string =>
  `${changed ? '' : 'Nothing changed: '}${explanation}.\nIn a backtest ${backtestText(backtest)}.`;

export async function retireStrategy(io: CliIo, id: string, options: RetireOptions): Promise<void> {
  const { market: symbol, reason, json, mode } = options;
  const answer = await withContext(io, announcedDescriptor(mode), async (context) => {
    const { account } = context.descriptor;
    const { hash } = await findStrategy(context, id);
    const jobId = await context.producer.add(
      'strategy-selector',
      'retire-strategy',
      { account, strategyHash: hash, reason, ...(symbol !== undefined && { symbol }) },
      { meta: { priority: 'high', causedBy: 'corp strategies retire' }, jobId: `retire-strategy.${randomUUID()}` },
    );
    const agents = ['strategy-selector'] as const;
    const retired = await answerOf(context, { queue: 'strategy-selector', name: 'retire-strategy', jobId, agents });
    return { strategyHash: hash, ...retired };
  });
  if (json) io.json(answer);
  else io.print(`${answer.explanation}.`);
}
