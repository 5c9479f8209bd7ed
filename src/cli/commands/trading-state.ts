import { type Command } from 'commander';
import { type TradingState } from '../../domain/risk/risk-state.ts';
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

/** A command that sets the trading state. It takes effect even when the company is not running. */
const verb =
  (name: string, state: TradingState) =>
  (program: Command, io: CliIo): void => {
    program
      .command(name)
      .addOption(reasonOption())
      .addOption(modeOption())
      .addOption(jsonOption())
      .action(async ({ reason, json, mode }: Options) => {
        const answer = await withContext(io, announcedDescriptor(mode), async (context) => {
          const { account } = context.descriptor;
          const jobId = await context.producer.add(
            'risk-manager',
            'set-state',
            { account, state, by: 'operator', reason },
            { meta: { priority: 'critical', causedBy: `corp ${name}` } },
          );
          const agents = ['risk-manager'] as const;
          return { account, ...(await answerOf(context, { queue: 'risk-manager', name: 'set-state', jobId, agents })) };
        });
        if (json) io.json(answer);
        else io.print(`${answer.account}: ${answer.explanation}`);
      });
  };

export const registerHalt = verb('halt', 'HALTED');
export const registerReduce = verb('reduce', 'REDUCING');
export const registerResume = verb('resume', 'ACTIVE');
