import { type Command } from 'commander';
import { type ReadContext } from '../../runtime/read-context.ts';
import { anyDescriptor, type Mode } from './choose-descriptor.ts';
import { type CliIo } from '../output/io.ts';
import { withReadContext } from './open-context.ts';
import { jsonOption, limitOption, modeOption } from '../input/options.ts';
import { type Row } from '../output/table.ts';

export interface ListOptions {
  readonly json: boolean;
  readonly limit: number;
  readonly mode?: Mode;
}

export interface Listing<T, O extends ListOptions> {
  /** Reads the rows; with `--json` they are printed unchanged, times in epoch ms. */
  read(context: ReadContext, options: O): Promise<readonly T[]>;
  row(item: T): Row;
  /** Printed instead of an empty table. */
  readonly empty: string;
}

/** Defines a command that prints rows of the company's stores. */
export function listing<T, O extends ListOptions = ListOptions>(
  command: Command,
  io: CliIo,
  list: Listing<T, O>,
): void {
  command
    .addOption(limitOption())
    .addOption(modeOption())
    .addOption(jsonOption())
    .action(async (options: O) => {
      const items = await withReadContext(io, anyDescriptor(options.mode), (context) => list.read(context, options));
      if (options.json) io.json({ items });
      else
        io.table(
          items.map((item) => list.row(item)),
          list.empty,
        );
    });
}
