import { Option, type Command } from 'commander';
import { timeframeMs } from '../../domain/market/timeframe.ts';
import { AppError } from '../../domain/errors.ts';
import { type CompanyDescriptor } from '../../runtime/company-descriptor.ts';
import { runRequestFor, type CycleRunRequest } from '../../feed/cycle-run.ts';
import { setMarketTime } from '../../feed/feed.ts';
import { describeCandles, importCandleFiles } from '../../adapters/candle-files/import-candles.ts';
import { sayAssumed } from '../input/candle-file-options.ts';
import { addCandlesOptions, readCandles, type CandlesOptions } from '../input/candles-input.ts';
import { cashOption } from '../input/fill-options.ts';
import { minimumCoverageOption, withMinimumCoverage, type CoverageOptions } from '../input/minimum-coverage.ts';
import { withCash } from '../input/with-cash.ts';
import { withCompany } from '../process/company-run.ts';
import { sayForwarding } from '../output/say-forwarding.ts';
import { type CliIo } from '../output/io.ts';
import { loadCliConfig } from '../process/load-cli-config.ts';
import { anyServices } from '../process/open-services.ts';
import { runOneCycle } from '../process/one-cycle.ts';
import { jsonOption, parseTimeframe } from '../input/options.ts';
import { commonSpan, contentName, timeframeFor } from '../process/choose-market-source.ts';
import { parseSeed } from './start.ts';

interface Options extends CandlesOptions, CoverageOptions {
  readonly cash?: number;
  readonly seed?: number;
  readonly json: boolean;
}

async function run(io: CliIo, options: Options): Promise<void> {
  const base = withCash(loadCliConfig(io), options.cash);
  const files = await readCandles(io, options);
  sayAssumed(io, files);
  const reports = files.map(describeCandles);
  const timeframe = options.timeframe ?? timeframeFor(reports, base.exchange.timeframe);
  const config = { ...base, exchange: withMinimumCoverage({ ...base.exchange, timeframe }, options) };
  const coarse = files.find((file) => timeframeMs(timeframe) % timeframeMs(file.timeframe) !== 0);
  if (coarse)
    throw new AppError(
      'bad-input',
      `--timeframe ${timeframe} cannot be built from the ${coarse.timeframe} candles of ${coarse.path}`,
      { advice: `Choose ${coarse.timeframe} or a multiple of it` },
    );
  const { to } = commonSpan(reports, timeframe);

  const source = contentName(files);
  const symbols = files.map(({ symbol }) => symbol).sort();
  // Decide at the close of the last candle but one, so that the last candle can fill the orders.
  const inputs = {
    symbols,
    timeframe,
    seed: options.seed ?? base.exchange.seed,
    asOf: to - timeframeMs(timeframe),
    settles: true,
  };
  const draft: CompanyDescriptor = { mode: 'replay', account: source, source, announcedAt: Date.now() };
  let request: CycleRunRequest | null = null;
  await withCompany(
    io,
    {
      config,
      finishes: true,
      company: {
        // Use the services of a running company; the two modes share nothing else.
        openServices: anyServices,
        descriptor: draft,
        async prepare(context) {
          await importCandleFiles(context.stores, config, files, source, { isContentAddressed: true });
          await setMarketTime(context, to);
          await sayForwarding(io, config, context, timeframe);
          // Each run has its own account, so that positions of an earlier run cannot affect its decisions.
          request = await runRequestFor(
            context.stores.cycles,
            source,
            inputs,
            (n) => `${source}-s${inputs.seed}-r${n}`,
          );
          return { account: request.account };
        },
      },
    },
    async (company, stop) => {
      if (request === null) throw new AppError('internal', 'the cycle was not prepared');
      await runOneCycle(io, company, request, options.json, stop);
    },
  );
}

export function registerCycle(program: Command, io: CliIo): void {
  addCandlesOptions(program.command('cycle'), { several: true })
    .addOption(cashOption())
    .addOption(minimumCoverageOption())
    .addOption(new Option('--timeframe <t>', 'candle length to trade on, like 5m or 1h').argParser(parseTimeframe))
    .addOption(new Option('--seed <n>', 'seed of all random draws').argParser(parseSeed))
    .addOption(jsonOption())
    .action((options: Options) => run(io, options));
}
