import { type Command } from 'commander';
import { type TradingState } from '../../domain/risk/risk-state.ts';
import { type BrakeAnswer } from '../../ports/brake.ts';
import { applyBrake } from '../process/apply-brake.ts';
import { type Mode } from '../process/choose-descriptor.ts';
import { type CliIo } from '../output/io.ts';
import { jsonOption, modeOption, reasonOption } from '../input/options.ts';

interface Options {
  readonly reason: string;
  readonly json: boolean;
  readonly mode?: Mode;
}

/** A command that sets the trading state. It takes effect even when the company hangs, does not run, or has no Redis. */
const verb =
  (name: string, state: TradingState) =>
  (program: Command, io: CliIo): void => {
    program
      .command(name)
      .addOption(reasonOption())
      .addOption(modeOption())
      .addOption(jsonOption())
      .action(async ({ reason, json, mode }: Options) => {
        const say = ({ account, explanation, later }: BrakeAnswer): void => {
          if (!json) io.print(`${account}: ${explanation}`);
          for (const sentence of later) io.complain(`corp: ${sentence}`);
        };
        const request = { state, reason, flatten: false, causedBy: `corp ${name}` };
        const { answer } = await applyBrake(io, request, mode, say);
        if (json) io.json(answer);
      });
  };

export const registerHalt = verb('halt', 'HALTED');
export const registerReduce = verb('reduce', 'REDUCING');
export const registerResume = verb('resume', 'ACTIVE');
