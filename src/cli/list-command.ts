import { type Command } from 'commander';
import { type Office } from '../runtime/context.ts';
import { anyCard, type Mode } from './process/choose-card.ts';
import { type CliIo } from './output/io.ts';
import { withOffice } from './process/open-office.ts';
import { jsonOption, limitOption, modeOption } from './input/options.ts';
import { type Row } from './output/table.ts';

export interface ListOptions {
  readonly json: boolean;
  readonly limit: number;
  readonly mode?: Mode;
}

export interface Listing<T, O extends ListOptions> {
  /** The stored rows; with `--json` they are printed as they are, times in epoch ms. */
  read(office: Office, options: O): Promise<readonly T[]>;
  row(item: T): Row;
  /** Said instead of an empty table. */
  readonly empty: string;
}

/** Makes `command` print rows of the company's stores. */
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
      const items = await withOffice(io, anyCard(options.mode), (office) => list.read(office, options));
      if (options.json) io.json({ items });
      else
        io.table(
          items.map((item) => list.row(item)),
          list.empty,
        );
    });
}
