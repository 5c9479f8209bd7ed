import { randomUUID } from 'node:crypto';
import { type Command } from 'commander';
import { AppError } from '../../domain/errors.ts';
import { answerOf } from '../output/answer-of.ts';
import { announcedDescriptor, type Mode } from '../process/choose-descriptor.ts';
import { type CliIo } from '../output/io.ts';
import { withContext } from '../process/open-context.ts';
import { jsonOption, modeOption, reasonOption } from '../input/options.ts';

interface Options {
  readonly reason: string;
  readonly json: boolean;
  readonly mode?: Mode;
}

/**
 * The request is stored by the risk manager, which runs here when no other does. Only a running trader closes anything:
 * without one the command says so and fails, and the next trader does the work.
 */
export function registerFlatten(program: Command, io: CliIo): void {
  program
    .command('flatten')
    .addOption(reasonOption())
    .addOption(modeOption())
    .addOption(jsonOption())
    .action(async ({ reason, json, mode }: Options) => {
      const answer = await withContext(io, announcedDescriptor(mode), async (context) => {
        const { account } = context.descriptor;
        const { producer } = context;
        const isTrading = (await producer.queue('trader').getWorkersCount()) > 0;
        const jobId = await producer.add(
          'risk-manager',
          'flatten',
          { account, by: 'operator', reason },
          { meta: { priority: 'critical', causedBy: 'corp flatten' }, jobId: `flatten.${randomUUID()}` },
        );
        const requested = await answerOf(context, {
          queue: 'risk-manager',
          name: 'flatten',
          jobId,
          agents: ['risk-manager'],
        });
        const { state, explanation } = requested;
        const execute = { queue: 'trader', name: 'execute', jobId: requested.jobId } as const;
        const { orders, refused } = isTrading
          ? await answerOf(context, { ...execute, agents: ['risk-manager', 'trader'] })
          : { orders: [], refused: 0 };
        return { account, state, explanation, trader: isTrading, orders, refused };
      });
      const { account, state, trader, orders, refused } = answer;
      const until = `Trading is ${state} until corp resume.`;
      if (json) io.json(answer);
      else if (trader && orders.length === 0 && refused === 0) io.print(`${account}: no open position. ${until}`);
      else if (trader)
        io.print(`${account}: ${orders.length} closing orders placed; they fill at the next candle. ${until}`);
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
