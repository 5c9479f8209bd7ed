import { compareReport } from '../../../src/domain/fleet/compare-report.ts';
import { EVALUATE_ONE, type StrategyParams } from '../../../src/domain/fleet/strategy-params.ts';
import { readReport, type ReportedFields } from '../../../src/domain/fleet/reported-fields.ts';
import { type Genome } from '../../../src/domain/python-worker/genomes/genome.ts';
import { importGenome } from '../../../src/domain/python-worker/genomes/import-genome.ts';
import { parseGenomeText } from '../../../src/domain/python-worker/genomes/parse-genome.ts';
import { type Market } from '../../../src/domain/market/market.ts';
import { hashSpec } from '../../../src/domain/strategies/hash-spec.ts';
import { validateSpec } from '../../../src/domain/strategies/validate-spec.ts';
import { type Clock } from '../../../src/ports/clock.ts';
import { type RemoteReport } from '../../../src/ports/fleet/client.ts';
import { hasCode } from '../../../src/domain/errors.ts';
import { type ForwardedUnit, type TakenReport } from '../../../src/ports/fleet/forwarding.ts';
import { type Strategy, strategyOf } from '../../../src/domain/strategies/strategy.ts';
import { type StrategyStore } from '../../../src/ports/stores.ts';
import { type WorkerEngine } from '../../../src/ports/fleet/engine.ts';

export interface TakeReportsDeps {
  readonly strategies: StrategyStore;
  readonly engine: Pick<WorkerEngine, 'execute'>;
  readonly market: (symbol: string) => Promise<Market>;
  readonly clock: Clock;
}

/** Evaluating one genome draws no random numbers. */
const NO_SEED = 0;

export interface Recomputed {
  readonly verification: TakenReport['verification'];
  readonly note: string;
}

/** Recomputes a report from its genome, as the worker should have; `unverified` when that is impossible locally. */
export async function recompute(
  engine: Pick<WorkerEngine, 'execute'>,
  params: StrategyParams,
  fields: ReportedFields,
  abortSignal: AbortSignal,
): Promise<Recomputed> {
  if (fields.strategy_genome === null) return { verification: 'unverified', note: 'the report has no genome' };
  let genome: Genome;
  try {
    genome = parseGenomeText(fields.strategy_genome);
  } catch (error) {
    if (!hasCode(error, 'bad-spec')) throw error;
    return { verification: 'disagrees', note: `no worker can have run this genome: ${error.message}` };
  }
  const outcome = await engine.execute({ ...params, ...EVALUATE_ONE, seed_genomes: [genome] }, NO_SEED, abortSignal);
  if (outcome.kind === 'impossible') return { verification: 'unverified', note: outcome.reason };
  const { finding, note } = compareReport(fields, readReport(outcome.report).fields);
  // A worker with more or fewer candles than ours is no liar; its figures are not comparable.
  if (finding === 'other-candles') return { verification: 'unverified', note: `other candles: ${note}` };
  return { verification: finding === 'agrees' ? 'verified' : 'disagrees', note };
}

/**
 * Verifies the reports of a unit. A genome becomes a candidate only when its figures were recomputed, locally or by the
 * coordinator, and match. Whether it may trade is then decided by the rules for every strategy
 * (docs/simulation-rules.md).
 */
export function createReportTaker({ strategies, engine, market, clock }: TakeReportsDeps) {
  async function candidate(unit: ForwardedUnit, text: string): Promise<Pick<TakenReport, 'strategyHash' | 'note'>> {
    const { symbol, timeframe } = unit;
    try {
      const { kind: marketKind } = await market(symbol);
      const { spec, notes } = importGenome(parseGenomeText(text), { marketKind });
      const hash = hashSpec(validateSpec(spec));
      const row: Strategy = {
        ...strategyOf({ hash, family: 'imported', parameters: {}, spec, origin: 'remote' }, clock.now()),
        stateReason: `found by remote workers, work unit ${unit.id}`,
        symbol,
        timeframe,
      };
      await strategies.addMany([row]);
      return { strategyHash: hash, note: notes.join('; ') };
    } catch (error) {
      if (!hasCode(error, 'bad-spec') && !hasCode(error, 'unknown-market')) throw error;
      return { strategyHash: '', note: `cannot become a strategy here: ${error.message}` };
    }
  }

  return async function takeReports(
    unit: ForwardedUnit,
    reports: readonly RemoteReport[],
    abortSignal: AbortSignal,
  ): Promise<readonly TakenReport[]> {
    const taken: TakenReport[] = [];
    for (const { workerId, verdict, reason, fields, verification } of reports) {
      const { pnl, oos_pnl: oosPnl, trades, strategy_genome: genome } = fields;
      const base = { workerId, verdict, pnl, oosPnl, trades, strategyHash: '' };
      if (verdict !== 'accepted') {
        taken.push({ ...base, verification: 'unverified', note: reason });
        continue;
      }
      // A disagreement found by the coordinator is final. Its agreement counts only when the report cannot be recomputed here.
      const own = await recompute(engine, unit.order.params, fields, abortSignal);
      const combined = own.verification === 'unverified' ? verification : own.verification;
      if (genome === null || combined !== 'verified' || verification === 'disagrees') {
        const isDenied = combined === 'disagrees' || verification === 'disagrees';
        const note = own.note === '' ? 'the coordinator found other figures' : own.note;
        taken.push({ ...base, verification: isDenied ? 'disagrees' : 'unverified', note });
        continue;
      }
      taken.push({ ...base, verification: 'verified', ...(await candidate(unit, genome)) });
    }
    return taken;
  };
}
