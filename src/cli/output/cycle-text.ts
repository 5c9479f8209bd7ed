import { isIncubation } from '../../domain/portfolio/accounts.ts';
import { type CycleReport } from '../../reports/cycle/cycle-report.ts';
import { type CliIo } from './io.ts';
import { percent } from '../../reports/figures.ts';

/** Number of rejected candidates that are listed; the rest is counted. */
const LISTED = 12;

function printMarkets(io: CliIo, { markets }: CycleReport): void {
  io.table(
    markets.map((market) => ({
      market: market.symbol,
      timeframe: market.timeframe,
      bars: market.bars,
      'source bars': market.sourceBars,
      gaps: market.gaps,
      'filled bars': market.filledBars,
      coverage: percent(market.coverage),
    })),
    'No markets.',
  );
  for (const { symbol, largestGaps } of markets) {
    if (largestGaps.length === 0) continue;
    io.print(
      `${symbol}: largest gaps ${largestGaps.map((gap) => `${gap.bars} bars from ${gap.from}`).join(', ')}; missing bars are filled flat with volume 0, and no order fills on them`,
    );
  }
}

function printRefusedMarkets(io: CliIo, { opportunities }: CycleReport): void {
  for (const { symbol, accepted, reasons } of opportunities) {
    if (!accepted) io.print(`${symbol} was rejected: ${reasons.join('; ')}`);
  }
}

function printSelection(io: CliIo, { strategies, portfolio, rejections }: CycleReport): void {
  io.print(
    `${strategies.generated} strategies generated, ${strategies.trials} trials, ${strategies.optimized} optimised, ${strategies.selected} selected, ${strategies.incubating} incubating`,
  );
  io.table(
    portfolio.map(({ strategy, symbol, state, outOfSample, reason }) => ({
      strategy,
      symbol,
      state,
      trades: outOfSample.trades,
      return: percent(outOfSample.totalReturn),
      'max drawdown': percent(outOfSample.maxDrawdown),
      why: reason,
    })),
    'No strategy was selected: none met the requirements.',
  );
  if (rejections.screened.length > 0) {
    io.print('\nRejected in sample');
    io.table(
      rejections.screened.map(({ count, reason }) => ({ strategies: count, reason })),
      '',
    );
  }
  if (rejections.optimized.length > 0) {
    io.print('\nRejected out of sample');
    io.table(
      rejections.optimized.slice(0, LISTED).map(({ strategy, symbol, reason }) => ({ strategy, symbol, reason })),
      '',
    );
    if (rejections.optimized.length > LISTED)
      io.print(`... and ${rejections.optimized.length - LISTED} more (--json lists them all)`);
  }
}

function printOrders(io: CliIo, { review, orders, fills, equity }: CycleReport): void {
  io.print(`Review: ${review.approved} approved, ${review.reduced} reduced, ${review.vetoed.length} vetoed`);
  for (const { decision, symbol, side, purpose, because, reason } of review.decisions) {
    io.print(
      `  ${decision} ${purpose ?? ''} ${side ?? ''} ${symbol ?? ''}: ${reason} (${because ?? 'unknown intent'})`,
    );
  }
  io.print('');
  io.table(
    orders.map(({ account, symbol, side, purpose, type, amount, price, averagePrice, fees, state, reason }) => ({
      account: isIncubation(account) ? 'incubation' : 'main',
      symbol,
      side,
      purpose,
      type,
      amount,
      price,
      state,
      average: averagePrice,
      fees,
      reason,
    })),
    'No orders: no selected strategy enters at the close of the last candle.',
  );
  io.print(`\n${fills.length} fills; equity of the main account ${equity.toFixed(2)} USD`);
}

type Searches = Omit<NonNullable<CycleReport['forwarded']>, 'earlier'>;

function searchesText({ searches, doneRemotely, doneHere, failed, open, strategies, waitsFor }: Searches): string {
  const outcomes = [
    `${doneRemotely} done by remote workers`,
    `${doneHere} done here`,
    `${failed} failed`,
    `${open} open${waitsFor === null ? '' : ` (${waitsFor})`}`,
  ];
  return `${searches}: ${outcomes.join(', ')}; ${strategies} strategies came back`;
}

function printForwarded(io: CliIo, { forwarded }: CycleReport): void {
  if (forwarded === undefined) return;
  io.print(`Searches forwarded by this cycle: ${searchesText(forwarded)}`);
  if (forwarded.earlier.searches > 0) io.print(`Searches of earlier cycles: ${searchesText(forwarded.earlier)}`);
  if (forwarded.open > 0) io.print('Open ones go on while the company runs, and with the next cycle: corp forwarded');
  io.print('');
}

/** Prints a cycle as readable text. */
export function printCycle(io: CliIo, report: CycleReport): void {
  io.print(
    `Cycle ${report.cycleId} (${report.mode}, as of ${report.asOf}, seed ${report.seed}): ${report.state}${report.reason === undefined ? '' : `: ${report.reason}`}\n`,
  );
  printMarkets(io, report);
  io.print('');
  io.table(
    report.stages.map(({ stage, jobs, ok, failed, ms }) => ({ stage, jobs, ok, failed, ms })),
    '',
  );
  io.print('');
  printForwarded(io, report);
  printRefusedMarkets(io, report);
  printSelection(io, report);
  io.print('');
  printOrders(io, report);
}
