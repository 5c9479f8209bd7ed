import {
  rankOpportunities,
  type OpportunityThresholds,
  type ScanInput,
} from '../../src/domain/analysis/rank-opportunities.ts';
import { coverageOf } from '../../src/domain/market/coverage.ts';
import { AppError } from '../../src/domain/errors.ts';
import { type MarketData } from '../../src/ports/market-data.ts';
import { type Cycle } from '../../src/domain/research/cycle.ts';
import { type Stores } from '../../src/ports/stores.ts';
import { type Broadcaster } from '../../src/ports/broadcaster.ts';
import { defineAgent, type Agent, type AgentDeps } from '../agent/define-agent.ts';
import { requireCycle } from '../agent/require-cycle.ts';

export interface ScannerDeps extends AgentDeps {
  readonly stores: Pick<Stores, 'cycles' | 'analyses'>;
  readonly data: MarketData;
  readonly broadcaster: Broadcaster;
  readonly thresholds: OpportunityThresholds;
  /** Maximum number of markets passed to the analyst. */
  readonly maxOpportunities: number;
}

/** Market intelligence: accepts or rejects each market of a cycle, with reasons. */
export function createMarketScanner(deps: ScannerDeps): Agent {
  const { data, stores } = deps;

  const inputOf = async (cycle: Cycle, symbol: string): Promise<ScanInput> => {
    const { asOf, timeframe } = cycle;
    const series = await data.series({ symbol, timeframe, asOf });
    return { series, book: await data.orderBook(symbol, asOf), coverage: coverageOf(series).coverage };
  };

  return defineAgent(
    'market-scanner',
    {
      async scan({ cycleId }) {
        const cycle = await requireCycle(stores.cycles, cycleId);
        const inputs = await Promise.all(cycle.symbols.map((symbol) => inputOf(cycle, symbol)));
        if (inputs.length === 0) throw new AppError('no-markets', `cycle ${cycleId} names no market`);
        const ranked = rankOpportunities(inputs, deps.thresholds);
        // Markets beyond the limit are rejected with a reason, like all others.
        let taken = 0;
        const opportunities = ranked.map((opportunity) => {
          if (!opportunity.accepted) return opportunity;
          taken += 1;
          if (taken <= deps.maxOpportunities) return opportunity;
          return {
            ...opportunity,
            accepted: false,
            reasons: [...opportunity.reasons, `ranked below the first ${deps.maxOpportunities}`],
          };
        });
        await stores.analyses.saveScan(cycleId, cycle.asOf, opportunities);
        const accepted = opportunities.filter((opportunity) => opportunity.accepted);
        for (const { symbol, score, reasons } of accepted) {
          await deps.broadcaster.publish({
            topic: 'opportunity',
            at: deps.clock.now(),
            data: { cycleId, symbol, score, reasons },
          });
        }
        return { accepted: accepted.map(({ symbol }) => symbol), rejected: opportunities.length - accepted.length };
      },
    },
    deps,
  );
}
