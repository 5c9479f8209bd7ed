import { differencesOf, type ComparedFields } from '../domain/fleet/compare-report.ts';
import { type Genome } from '../domain/python-worker/genomes/genome.ts';
import { parseGenomeText } from '../domain/python-worker/genomes/parse-genome.ts';
import { isInputError } from '../domain/errors.ts';
import { readReport } from '../domain/fleet/reported-fields.ts';
import { EVALUATE_ONE } from '../domain/fleet/strategy-params.ts';
import { type WorkerEngine } from '../ports/fleet/engine.ts';
import { type FleetResult } from '../ports/fleet/records.ts';
import { type FleetStores } from '../ports/fleet/stores.ts';
import { type FleetCheck, type FleetVerification } from '../ports/fleet/service.ts';

export interface VerifierDeps {
  readonly fleet: FleetVerification;
  readonly units: Pick<FleetStores['units'], 'get'>;
  readonly engine: Pick<WorkerEngine, 'execute'>;
  /** Share of the results with a genome to verify, 0..1. */
  readonly share: number;
}

/** The evaluation of one genome uses no random numbers. */
const NO_SEED = 0;

/** Results per run: seconds of work at most. */
const BATCH = 50;

/**
 * Recomputes reported results of a genome on the same candles and compares them bit by bit. After a difference the
 * worker is quarantined, and other workers repeat its units. A result whose candles are not available here stays
 * unverified.
 */
export function createVerifier({ fleet, units, engine, share }: VerifierDeps): FleetCheck {
  /** Ids of results that cannot be recomputed here; checked again after a restart of this process. */
  const uncheckable = new Set<number>();

  /** Null when the result cannot be recomputed here. */
  const compute = async ({ unitId, strategy_genome }: FleetResult): Promise<ComparedFields | null> => {
    const genome = genomeIn(strategy_genome);
    if (genome === null) return null;
    const unit = await units.get(unitId);
    const outcome = await engine.execute({ ...unit?.params, ...EVALUATE_ONE, seed_genomes: [genome] }, NO_SEED);
    return outcome.kind === 'impossible' ? null : readReport(outcome.report).fields;
  };

  return {
    async verify() {
      const report = { verified: 0, disagreeing: 0, skipped: 0 };
      const waiting = await fleet.resultsToVerify({ share, limit: BATCH + uncheckable.size });
      for (const result of waiting) {
        if (uncheckable.has(result.id)) continue;
        const computed = await compute(result);
        if (computed === null) {
          uncheckable.add(result.id);
          report.skipped += 1;
          continue;
        }
        const differences = differencesOf(result, computed);
        if (differences.length === 0) {
          await fleet.setVerification(result.id, { verification: 'verified', note: '' });
          report.verified += 1;
          continue;
        }
        const note = differences.join('; ');
        // Quarantine first: a marked result is not checked again, so a crash in between would leave the worker active.
        await fleet.quarantineWorker(result.workerId, `result ${result.id} differs from the recomputed one: ${note}`);
        await fleet.setVerification(result.id, { verification: 'disagrees', note });
        report.disagreeing += 1;
      }
      return report;
    },
  };
}

function genomeIn(text: string | null): Genome | null {
  try {
    return text === null ? null : parseGenomeText(text);
  } catch (error) {
    if (!isInputError(error)) throw error;
    return null;
  }
}
