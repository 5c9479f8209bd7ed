import { readReport } from '../domain/fleet/reported-fields.ts';
import { EVALUATE_ONE, type StrategyParams } from '../domain/fleet/strategy-params.ts';
import { randomGenome } from '../domain/python-worker/genomes/random-genome.ts';
import { createRng } from '../domain/random/rng.ts';
import { type WorkerEngine } from '../ports/fleet/engine.ts';

const ATTEMPTS = 20;
const NO_SEED = 0;

/**
 * Plans the canary of a candle file: one genome over the whole file, the same for all workers. It trades, and loses in
 * the search: on other genomes Python workers may fail silently (docs/coordinator-protocol.md#silent-failures).
 */
export function createCanaryPlanner(engine: Pick<WorkerEngine, 'execute'>) {
  const planned = new Map<string, StrategyParams | null>();

  async function plan(copy: string, terms: StrategyParams): Promise<StrategyParams | null> {
    const rng = createRng(`canary ${copy}`);
    for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
      const genome = randomGenome(rng, { marketType: 'SPOT', maxLeverage: 1 });
      const params = { ...terms, ...EVALUATE_ONE, seed_genomes: [genome] };
      const outcome = await engine.execute(params, NO_SEED);
      if (outcome.kind === 'impossible') return null;
      const { pnl, trades, oos_trades } = readReport(outcome.report).fields;
      if (trades > 0 && oos_trades > 0 && pnl < 0) return params;
    }
    return null;
  }

  /** Null when none can be found. */
  return async function canaryParams(copy: string, terms: StrategyParams): Promise<StrategyParams | null> {
    const key = `${copy}/${JSON.stringify(terms)}`;
    if (!planned.has(key)) planned.set(key, await plan(copy, terms));
    return planned.get(key) ?? null;
  };
}
