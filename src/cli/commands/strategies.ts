import { Option, type Command } from 'commander';
import { STRATEGY_STATES, type Strategy, type StrategyState } from '../../domain/strategies/strategy.ts';
import { type CliIo } from '../output/io.ts';
import { listing, type ListOptions } from '../process/list-command.ts';
import { jsonOption, modeOption, parseSymbol, parseTimeframe, reasonOption } from '../input/options.ts';
import { anyDescriptor, type Mode } from '../process/choose-descriptor.ts';
import { withReadContext } from '../process/open-context.ts';
import { explain, findStrategy, signalsOf } from '../process/story-material.ts';
import { printStory } from '../output/print-story.ts';
import { isoTime } from '../../reports/figures.ts';
import { outcomeOf } from '../../reports/story/order-story.ts';
import { type AddOptions, type RetireOptions } from '../process/own-strategies.ts';

interface Options extends ListOptions {
  readonly state?: StrategyState;
}

export function registerStrategies(program: Command, io: CliIo): void {
  const command = program.command('strategies');
  const list = command
    .command('list', { isDefault: true })
    .description('what is listed without a subcommand')
    .addOption(new Option('--state <state>', 'only these').choices(STRATEGY_STATES));
  listing<Strategy, Options>(list, io, {
    read: ({ stores }, { limit, state }) => stores.strategies.list({ limit, ...(state && { states: [state] }) }),
    row: ({ name, state, symbol, timeframe, origin, createdAt, hash, stateReason }) => ({
      name,
      state,
      symbol,
      timeframe,
      origin,
      created: isoTime(createdAt),
      hash: hash.slice(0, 12),
      reason: stateReason,
    }),
    empty: 'No strategies: the first cycle creates them.',
  });
  registerOwn(command, io);
  command
    .command('explain')
    .description('its story: how it was made and judged, and every order; with --signals why each signal did not trade')
    .argument('<id>', 'hash or its first digits, or name')
    .option('--signals', 'one line for each signal: what became of it', false)
    .addOption(modeOption())
    .addOption(jsonOption())
    .action(async (id: string, { signals, json, mode }: ExplainOptions) => {
      if (signals) return printSignals(io, id, json, mode);
      const story = await withReadContext(io, anyDescriptor(mode), async (context) =>
        explain(context, (await findStrategy(context, id)).hash),
      );
      if (json) io.json(story);
      else printStory(io, story);
    });
}

/** What changes a company loads its agents, which a list does not need. */
function registerOwn(command: Command, io: CliIo): void {
  command
    .command('add')
    .description('trades a strategy of your own: a spec, or a genome of the Python workers')
    .argument('<file>', 'JSON file, such as examples/trend-following.json')
    .addOption(new Option('--market <symbol>', 'such as BTC-USD').makeOptionMandatory().argParser(parseSymbol))
    .option('--timeframe <timeframe>', 'that of the company, which is the default', parseTimeframe)
    .option('--active', 'with the size that the limits allow; needs --unproven', false)
    .option('--unproven', 'you know that nothing has shown that it earns anything', false)
    .option('--managed', 'leave it to the selector, which may retire it', false)
    .addOption(modeOption())
    .addOption(jsonOption())
    .action(async (file: string, options: AddOptions) => {
      const { addStrategy } = await import('../process/own-strategies.ts');
      await addStrategy(io, file, options);
    });
  command
    .command('retire')
    .description('ends a strategy; what it holds is closed with the next candle')
    .argument('<id>', 'hash or at least its first four digits, or name')
    .addOption(new Option('--market <symbol>', 'only on this market').argParser(parseSymbol))
    .addOption(reasonOption())
    .addOption(modeOption())
    .addOption(jsonOption())
    .action(async (id: string, options: RetireOptions) => {
      const { retireStrategy } = await import('../process/own-strategies.ts');
      await retireStrategy(io, id, options);
    });
}

interface ExplainOptions {
  readonly signals: boolean;
  readonly json: boolean;
  readonly mode?: Mode;
}

async function printSignals(io: CliIo, id: string, json: boolean, mode: Mode | undefined): Promise<void> {
  const { strategy, signals } = await withReadContext(io, anyDescriptor(mode), async (context) => {
    const found = await findStrategy(context, id);
    return { strategy: found, signals: await signalsOf(context, found.hash) };
  });
  const items = signals.map((material) => ({
    time: material.intent?.asOf ?? null,
    symbol: material.intent?.symbol ?? null,
    purpose: material.intent?.purpose ?? null,
    side: material.intent?.side ?? null,
    id: material.intent?.id ?? null,
    outcome: outcomeOf(material),
  }));
  if (json) return io.json({ strategy: strategy.hash, items });
  io.print(`${strategy.name} (${strategy.hash.slice(0, 12)}): ${strategy.state}, ${strategy.stateReason}`);
  io.table(
    items.map(({ time, id: order, ...item }) => ({
      'market time': time === null ? null : isoTime(time),
      ...item,
      order: order?.slice(0, 12),
    })),
    'It has given no signal yet.',
  );
}
