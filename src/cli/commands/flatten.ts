import { randomUUID } from 'node:crypto';
import { type Command } from 'commander';
import { flattenFlow } from '../../../queues/flows/flatten-flow.ts';
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

export function registerFlatten(program: Command, io: CliIo): void {
  program
    .command('flatten')
    .addOption(reasonOption())
    .addOption(modeOption())
    .addOption(jsonOption())
    .action(async ({ reason, json, mode }: Options) => {
      const answer = await withContext(io, announcedDescriptor(mode), async (context) => {
        const { account } = context.descriptor;
        const risk = await context.stores.riskState.get(account);
        if (risk?.tradingState === 'HALTED') {
          throw new AppError('halted', `${account} is HALTED, which allows no order, closing ones included`, {
            advice: 'Run corp reduce --reason TEXT first, then corp flatten',
          });
        }
        const flow = flattenFlow(account, reason, randomUUID());
        await context.producer.addFlow(flow);
        const request = { queue: 'trader', name: 'execute', jobId: flow.jobId } as const;
        return { account, ...(await answerOf(context, { ...request, agents: ['risk-manager', 'trader'] })) };
      });
      const { account, orders, refused } = answer;
      if (json) io.json(answer);
      else if (orders.length === 0 && refused === 0) io.print(`${account}: no open position.`);
      else
        io.print(`${account}: ${orders.length} closing orders placed; they fill at the next candle. See corp orders.`);
      if (refused > 0) {
        throw new AppError('refused', `${refused} closing orders were refused`, { advice: 'See corp alerts' });
      }
    });
}
