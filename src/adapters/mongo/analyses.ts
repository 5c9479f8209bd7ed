import { type Analysis, type Opportunity, REGIMES } from '../../domain/analysis/analysis.ts';
import { type AnalysisStore } from '../../ports/stores.ts';
import { type Database } from './database.ts';
import { number, oneOf, plain, text } from './fields.ts';
import { keyOf } from './row-codec.ts';

interface Scan {
  readonly cycleId: string;
  readonly asOf: number;
  readonly opportunities: readonly Opportunity[];
}

interface AnalysisOfCycle extends Analysis {
  readonly cycleId: string;
}

export function createAnalysisStore(database: Database): AnalysisStore {
  const scans = database.table<Scan>({
    collection: 'opportunities',
    key: ({ cycleId }) => cycleId,
    fields: { cycleId: text, asOf: number, opportunities: plain() },
  });
  const analyses = database.table<AnalysisOfCycle>({
    collection: 'analyses',
    key: ({ cycleId, symbol, timeframe }) => keyOf(cycleId, symbol, timeframe),
    fields: {
      cycleId: text,
      symbol: text,
      timeframe: text,
      asOf: number,
      price: number,
      indicators: plain(),
      levels: plain(),
      regime: oneOf(REGIMES),
      volatility: number,
      score: number,
      reasons: plain(),
    },
    indexes: [{ cycleId: 1, symbol: 1, timeframe: 1 }],
  });

  return {
    async saveScan(cycleId, asOf, opportunities) {
      await scans.insert([{ cycleId, asOf, opportunities }]);
    },
    async scan(cycleId) {
      return (await scans.get(cycleId))?.opportunities ?? null;
    },
    async saveAnalysis(cycleId, analysis) {
      await analyses.insert([{ ...analysis, cycleId }]);
    },
    async analyses(cycleId) {
      const found = await analyses.find({ cycleId }, { symbol: 1, timeframe: 1 });
      return found.map(({ cycleId: _, ...analysis }) => analysis);
    },
  };
}
