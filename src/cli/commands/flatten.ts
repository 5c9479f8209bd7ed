import { type Command } from 'commander';
import { AppError, hasCode } from '../../domain/errors.ts';
import { companyAccounts } from '../../ports/company-accounts.ts';
import { type ReadContext } from '../../runtime/read-context.ts';
import { answerOf } from '../output/answer-of.ts';
import { applyBrake, type Applied } from '../process/apply-brake.ts';
import { type Mode } from '../process/choose-descriptor.ts';
import { type CliIo } from '../output/io.ts';
import { withContext } from '../process/open-context.ts';
import { jsonOption, modeOption, reasonOption } from '../input/options.ts';

interface Options {
  readonly reason: string;
  readonly json: boolean;
  readonly mode?: Mode;
}

interface Closing {
  readonly trader: boolean;
  readonly orders: readonly string[];
  readonly refused: number;
  /** Positions of incubating strategies, which the next candles close. */
  readonly incubating: number;
}

const NOT_CLOSING: Closing = { trader: false, orders: [], refused: 0, incubating: 0 };

/** They follow the company's flatten with the tick. */
async function incubatingPositions({ stores }: ReadContext, account: string): Promise<number> {
  const [, ...others] = await companyAccounts(stores.portfolio, account);
  if (others.length === 0) return 0;
  return (await stores.ledger.positions(others)).filter(({ amount }) => amount !== 0).length;
}

/** Waits for the closing orders. Only a running trader places them. */
async function closingOf(io: CliIo, { answer, descriptor, isServed }: Applied): Promise<Closing> {
  const { closingJob, later } = answer;
  if (closingJob === undefined || !isServed || later.length > 0) return NOT_CLOSING;
  return withContext(
    io,
    async () => descriptor,
    async (context) => {
      if ((await context.producer.queue('trader').getWorkersCount()) === 0) return NOT_CLOSING;
      const execute = { queue: 'trader', name: 'execute', jobId: closingJob } as const;
      try {
        const closing = await answerOf(context, { ...execute, agents: ['risk-manager', 'trader'] });
        return { trader: true, ...closing, incubating: await incubatingPositions(context, answer.account) };
      } catch (error) {
        if (!hasCode(error, 'no-answer')) throw error;
        throw new AppError('no-answer', `the request is stored, but nothing is closed yet: ${error.message}`, {
          advice: `Trading is ${answer.state} until corp resume. See corp status`,
          cause: error,
        });
      }
    },
  );
}

/**
 * The request is stored at once. Only a running trader closes anything: without one the command says so and fails, and the
 * next trader does the work.
 */
export function registerFlatten(program: Command, io: CliIo): void {
  program
    .command('flatten')
    .addOption(reasonOption())
    .addOption(modeOption())
    .addOption(jsonOption())
    .action(async ({ reason, json, mode }: Options) => {
      const request = { state: 'REDUCING', reason, flatten: true, causedBy: 'corp flatten' } as const;
      const applied = await applyBrake(io, request, mode, () => undefined);
      const { account, state, explanation, later } = applied.answer;
      const until = `Trading is ${state} until corp resume.`;
      const { trader, orders, refused, incubating } = await closingOf(io, applied);
      const others = incubating > 0 ? ` ${incubating} of incubating strategies are closed with the next candles.` : '';
      if (json) io.json({ account, state, explanation, later, trader, orders, refused, incubating });
      else if (trader && orders.length === 0 && refused === 0)
        io.print(`${account}: no open position.${others} ${until}`);
      else if (trader)
        io.print(`${account}: ${orders.length} closing orders placed; they fill at the next candle.${others} ${until}`);
      if (!trader && applied.isServed && later.length > 0) {
        throw new AppError('no-trader', `the request is stored, nothing is closed yet. ${later.join('. ')}`, {
          advice: until,
        });
      }
      if (!trader) {
        throw new AppError('no-trader', `no trader is running: the request is stored, nothing is closed yet`, {
          advice: `${until} The positions are closed when a trader starts: run corp start`,
        });
      }
      if (refused > 0) {
        throw new AppError('refused', `${refused} closing orders were refused`, { advice: 'See corp alerts' });
      }
    });
}
