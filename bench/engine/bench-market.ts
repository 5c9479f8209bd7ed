import { emptySeries } from '../../src/domain/market/build-series.ts';
import { type FillModel } from '../../src/domain/backtest/result.ts';
import { type Series } from '../../src/domain/market/series.ts';
import { timeframeMs, type Timeframe } from '../../src/domain/market/timeframe.ts';
import { type Genome } from '../../src/domain/python-worker/genomes/genome.ts';
import { importGenome } from '../../src/domain/python-worker/genomes/import-genome.ts';
import { randomGenome } from '../../src/domain/python-worker/genomes/random-genome.ts';
import { type Rng } from '../../src/domain/random/rng.ts';
import { buildSpec, randomParameters } from '../../src/domain/strategies/families/families.ts';
import { FAMILIES, type StrategySpec } from '../../src/domain/strategies/spec.ts';

const TIMEFRAME: Timeframe = '5m';
const START = Date.UTC(2020, 0, 1);
/** Of a five-minute bar; about that of BTC-USD in 2025. */
const VOLATILITY = 0.0012;

/** Five-minute bars of a seeded random walk. */
export function walkSeries(rng: Rng, bars: number): Series {
  const series = emptySeries('WALK-USD', TIMEFRAME, bars);
  const step = timeframeMs(TIMEFRAME);
  const cents = (price: number): number => Math.round(price * 100) / 100;
  let close = 100_000;
  for (let bar = 0; bar < bars; bar += 1) {
    const open = close;
    close = cents(Math.max(1, open * Math.exp(rng.normal() * VOLATILITY)));
    series.time[bar] = START + bar * step;
    series.open[bar] = open;
    series.close[bar] = close;
    series.high[bar] = cents(Math.max(open, close) * (1 + Math.abs(rng.normal()) * VOLATILITY * 0.5));
    series.low[bar] = cents(Math.min(open, close) * (1 - Math.abs(rng.normal()) * VOLATILITY * 0.5));
    series.volume[bar] = 10 * rng.next();
  }
  return series;
}

/** Kinds of specs with different cost. */
export const SPEC_KINDS = ['plain', 'tight', 'trailing'] as const;
export type SpecKind = (typeof SPEC_KINDS)[number];

export const KIND_TITLES: Readonly<Record<SpecKind, string>> = {
  plain: '1-3 rules, stops 1-5 %, targets 2-10 %',
  tight: 'the same with stops of 0.3 %',
  trailing: 'the same with stops of 1-5 % that trail',
};

const TIGHT_STOP = 0.003;

/** Specs with the rules, stops and targets that the Python workers draw. */
export function benchSpecs(rng: Rng, kind: SpecKind, count: number): readonly StrategySpec[] {
  return benchGenomes(rng, count).map((genome) => {
    const { trailing, ...spec } = importGenome(genome, { marketKind: 'spot' }).spec;
    switch (kind) {
      case 'plain':
        return spec;
      case 'tight':
        return { ...spec, stop: { kind: 'percent', value: TIGHT_STOP } };
      case 'trailing':
        return trailing ? { ...spec, trailing } : spec;
    }
  });
}

/** Specs of the four families with parameters drawn as the strategy generator draws them, for a spot market. */
export function familySpecs(rng: Rng, count: number): readonly StrategySpec[] {
  return Array.from({ length: count }, (_, i) => {
    const family = FAMILIES[i % FAMILIES.length]!;
    return buildSpec(family, { ...randomParameters(family, rng), side: 'long' });
  });
}

/** Genomes as the Python workers draw them. */
export function benchGenomes(rng: Rng, count: number): readonly Genome[] {
  return Array.from({ length: count }, () => randomGenome(rng, { marketType: 'SPOT', maxLeverage: 1 }));
}

/** Coinbase's lowest fee tier, as in config/exchange.yaml. */
export const BENCH_MODEL: FillModel = {
  market: {
    symbol: 'WALK-USD',
    base: 'WALK',
    quote: 'USD',
    kind: 'spot',
    tickSize: 0.01,
    stepSize: 1e-8,
    minAmount: 1e-8,
    minNotional: 1,
    takerFeeRate: 0.012,
    makerFeeRate: 0.006,
  },
  slippageRate: 0.0005,
  stopRangeShare: 0.02,
  priceImprovement: false,
  initialCash: 100_000,
};
