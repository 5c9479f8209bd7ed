import { timeframeMs } from '../../src/domain/market/timeframe.ts';
import { AppError } from '../../src/domain/errors.ts';
import { readMarketFiles } from '../../src/adapters/candle-files/read-market-files.ts';
import { chooseMarketSource } from '../../src/cli/process/choose-market-source.ts';
import { ownServices, startCompany } from '../../src/runtime/company.ts';
import { reportOf, type CycleReport } from '../../src/reports/cycle/cycle-report.ts';
import { runCycleRequest, runRequestFor } from '../../src/feed/cycle-run.ts';
import { setMarketTime } from '../../src/feed/feed.ts';
import { type TemporaryCompany } from '../temporary-company.ts';

export interface CycleRun {
  readonly seconds: number;
  /** Of this process with its backtest threads; without Redis and the store. */
  readonly cpuSeconds: number;
  readonly jobs: number;
  readonly trials: number;
  readonly trialsPerSecond: number;
  /** Peak memory of this process so far, bytes. */
  readonly peakRss: number;
  readonly stages: CycleReport['stages'];
}

/** Runs one cycle in a new company in the folder `name` of the temporary company. @param data candle files; undefined for the simulated market */
export async function measureCycle(
  { config: configOf, log, stop }: TemporaryCompany,
  name: string,
  data: readonly string[] | undefined,
): Promise<CycleRun> {
  const config = configOf(name);
  const marketSource = await chooseMarketSource(
    config,
    data ? { exchange: 'replay', candles: () => readMarketFiles(data) } : { exchange: 'simulated' },
  );
  const now = marketSource.endsAt ?? marketSource.opensAt;
  const company = await startCompany({
    config,
    log,
    openServices: ownServices,
    descriptor: marketSource.descriptor,
    async prepare(context) {
      await marketSource.prepare(context);
      await setMarketTime(context, now);
      return { account: marketSource.descriptor.account };
    },
    signal: stop,
    onFatal: (error) => log.error(error.message),
  });
  try {
    const { context } = company;
    const { timeframe } = config.exchange;
    const symbols = (await context.data.markets()).map(({ symbol }) => symbol);
    const inputs = { symbols, timeframe, seed: marketSource.seed, asOf: now - timeframeMs(timeframe), settles: true };
    const request = await runRequestFor(
      context.stores.cycles,
      context.descriptor.source,
      inputs,
      () => context.descriptor.account,
    );

    const cpu = process.cpuUsage();
    const startedAt = performance.now();
    const cycle = await runCycleRequest(context, request, stop);
    const seconds = (performance.now() - startedAt) / 1000;
    const { user, system } = process.cpuUsage(cpu);
    if (cycle.state === 'failed') throw new AppError('cycle-failed', `cycle ${cycle.id} failed: ${cycle.reason}`);

    const { stages, strategies } = await reportOf(context, cycle);
    return {
      seconds,
      cpuSeconds: (user + system) / 1e6,
      jobs: stages.reduce((sum, stage) => sum + stage.jobs, 0),
      trials: strategies.trials,
      trialsPerSecond: strategies.trials / seconds,
      peakRss: process.resourceUsage().maxRSS * 1024,
      stages,
    };
  } finally {
    await company.close();
  }
}
