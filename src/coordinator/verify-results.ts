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
  /** Of all results with a genome, 0..1. */
  readonly share: number;
}

/** The evaluation of one genome draws nothing. */
const NO_SEED = 0;

/** Results looked at in one go: seconds of work at most. */
const BATCH = 50;

/**
 * Computes again what workers report of a genome, on the same candles, and compares bit by bit. A worker whose report is
 * not so is quarantined, and what it reported is done again by others. A result whose candles are not here stays
 * unverified.
 */
export function createVerifier({ fleet, units, engine, share }: VerifierDeps): FleetCheck {
  /** They are looked for again when this process starts again. */
  const uncheckable = new Set<number>();

  /** Null where that is impossible here. */
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
        // The worker first: nobody looks again at a result that is marked, and a crash in between would leave it at work.
        await fleet.quarantineWorker(result.workerId, `result ${result.id} is not what its genome gives: ${note}`);
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
