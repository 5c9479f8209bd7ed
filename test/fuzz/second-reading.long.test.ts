import { expect, it } from 'vitest';
import { loadConfig } from '../../config/load.ts';
import { fillModelFor } from '../../src/cli/input/fill-options.ts';
import { readOneMarket } from '../../src/adapters/candle-files/read-market-files.ts';
import { printedSeries } from '../../src/cli/input/read-series.ts';
import { createEngine } from '../../src/domain/backtest/engine/engine.ts';
import { simulate } from '../../src/domain/backtest/oracle/simulate.ts';
import { resultHash } from '../../src/domain/backtest/result-hash.ts';
import { EXIT_REASONS, type FillModel } from '../../src/domain/backtest/result.ts';
import { createIndicatorCache } from '../../src/domain/indicators/indicator-cache.ts';
import { timeframeMs } from '../../src/domain/market/timeframe.ts';
import { createRng } from '../../src/domain/random/rng.ts';
import { drawSpec } from '../fixtures/engine/any-spec.ts';
import { needsRealFiles, realFile } from '../fixtures/needs.ts';
import { expectSameReading } from '../fixtures/reference/compare-readings.ts';
import { paperDifference, playOnPaper } from '../fixtures/reference/play-on-paper.ts';
import { playable, randomCases } from '../fixtures/reference/random-cases.ts';

const FILES = ['BTC-USD_FIVE_MINUTE.csv', 'BIP-20DEC30-CDE_ONE_MINUTE.csv', 'ETP-20DEC30-CDE_ONE_MINUTE.csv'] as const;
const needsFiles = needsRealFiles(...FILES);
const { exchange } = loadConfig({ directory: 'config', environment: {} });

/** SECOND_READING_SCALE=3 compares 1,008 specs on real files and 3,000 on hostile series, in eight minutes. */
const SCALE = Number(process.env['SECOND_READING_SCALE'] ?? 1);
const SPECS_A_FILE = 112 * SCALE;
const HOSTILE = 1000 * SCALE;

/** Bars of a window that the paper venue plays too. */
const PAPER_BARS = 1000;

async function compareOn(file: (typeof FILES)[number], specs: number) {
  const rng = createRng(`second reading of ${file}`);
  const read = printedSeries(await readOneMarket([realFile(file)]), undefined);
  const { series } = read;
  const { model: usual } = fillModelFor(exchange, read, {});
  // A contract, so that shorts are possible on every file. Half of the specs pay less, so that their cash lasts longer.
  const dear: FillModel = { ...usual, market: { ...usual.market, kind: 'perpetual' } };
  const cheap: FillModel = { ...dear, market: { ...dear.market, takerFeeRate: 0.0006, makerFeeRate: 0 } };
  const cache = createIndicatorCache(series);
  const engine = createEngine(series, { cache });
  const barMs = timeframeMs(series.timeframe);
  const seen = { trades: 0, paperTrades: 0, reasons: new Set<string>() };
  for (let n = 0; n < specs; n += 1) {
    const draw = rng.fork(`spec ${n}`);
    const spec = drawSpec(draw, {
      maxPeriod: 100,
      distances: [0.002, 0.003, 0.01, 0.02, 0.03, 0.05, 0.1],
      sides: ['long', 'short'],
    });
    const model = n % 2 === 0 ? dear : cheap;
    // Whole files and windows in turn; a window begins where the slowest lines have converged.
    const from = draw.integer(0, series.length - PAPER_BARS);
    const window = n % 10 === 0 ? { from: 0, to: series.length } : { from, to: from + PAPER_BARS };
    const simulation = playable(() => engine.simulate(spec, model, window));
    if (simulation === null) continue;
    const literal = simulate(series, spec, model, window, cache);
    if (resultHash(literal) !== resultHash(simulation)) expect(simulation).toEqual(literal);
    expectSameReading(simulation, { series, spec, model, window, cache });
    seen.trades += simulation.trades.length;
    for (const { reason } of simulation.trades) seen.reasons.add(reason);
    if (window.to - window.from > PAPER_BARS) continue;
    const paper = playOnPaper(series, spec, model, simulation.trades, window, cache);
    const difference = paperDifference(paper, simulation, barMs, model.initialCash);
    if (difference !== null) expect.fail(`${difference}\n  ${JSON.stringify({ file, spec, model, window })}`);
    seen.paperTrades += simulation.trades.length;
  }
  return seen;
}

it.skipIf(needsFiles.isMissing)(
  needsFiles.title(
    `oracle, engine, paper venue and a second reading agree on ${3 * SPECS_A_FILE} specs over three real files`,
  ),
  { timeout: 3_600_000 },
  async () => {
    for (const file of FILES) {
      const seen = await compareOn(file, SPECS_A_FILE);
      expect(seen.trades, file).toBeGreaterThan(1000 * SCALE);
      expect(seen.paperTrades, file).toBeGreaterThan(150 * SCALE);
      const usual = EXIT_REASONS.filter((reason) => reason !== 'liquidation');
      expect([...seen.reasons], file).toEqual(expect.arrayContaining(usual));
    }
  },
);

it(
  `engine, paper venue and a second reading agree on ${HOSTILE} specs over hostile series`,
  { timeout: 3_600_000 },
  () => {
    let liquidations = 0;
    for (const { simulation, ...input } of randomCases('long second reading', HOSTILE)) {
      expectSameReading(simulation, input);
      const { series, spec, model, window, cache } = input;
      const paper = playOnPaper(series, spec, model, simulation.trades, window, cache);
      const difference = paperDifference(paper, simulation, timeframeMs(series.timeframe), model.initialCash);
      if (difference !== null) expect.fail(`${difference}\n  ${JSON.stringify({ spec, model })}`);
      liquidations += simulation.trades.filter(({ reason }) => reason === 'liquidation').length;
    }
    expect(liquidations).toBeGreaterThan(6 * SCALE);
  },
);
