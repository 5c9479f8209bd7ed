import { differencesOf, type ComparedFields } from '../domain/fleet/compare-report.ts';
import { parseGenomeText } from '../domain/python-worker/genomes/parse-genome.ts';
import { EVALUATE_ONE } from '../domain/fleet/strategy-params.ts';
import { type FleetResult } from '../ports/fleet/records.ts';
import { type FleetStores } from '../ports/fleet/stores.ts';
import { type FleetCheck, type FleetVerification } from '../ports/fleet/service.ts';
import { isNotForUs, runUnit, type UnitRunDeps } from '../worker/run-unit.ts';

export interface VerifierDeps extends UnitRunDeps {
  readonly fleet: FleetVerification;
  readonly units: Pick<FleetStores['units'], 'get'>;
  /** Of all results with a genome, 0..1. */
  readonly share: number;
}

/** Results looked at in one go: seconds of work at most. */
const BATCH = 50;

/**
 * Computes again what workers report of a genome, on the same candles, and compares bit by bit. A worker whose report is
 * not so is quarantined, and what it reported is done again by others. A result whose candles are not here stays
 * unverified.
 */
export function createVerifier({ fleet, units, pool, share, directories }: VerifierDeps): FleetCheck {
  /** They are looked for again when this process starts again. */
  const uncheckable = new Set<number>();

  const compute = async (result: FleetResult): Promise<ComparedFields> => {
    const unit = await units.get(result.unitId);
    const seed = parseGenomeText(result.strategy_genome ?? 'null');
    return runUnit({ pool, directories }, { ...unit?.params, ...EVALUATE_ONE, seed_genomes: [seed] }, 'verification');
  };

  return {
    async verify() {
      const report = { verified: 0, disagreeing: 0, skipped: 0 };
      const waiting = await fleet.resultsToVerify({ share, limit: BATCH + uncheckable.size });
      for (const result of waiting) {
        if (uncheckable.has(result.id)) continue;
        try {
          const differences = differencesOf(result, await compute(result));
          if (differences.length === 0) {
            await fleet.setVerification(result.id, { verification: 'verified', note: '' });
            report.verified += 1;
          } else {
            const note = differences.join('; ');
            // The worker first: nobody looks again at a result that is marked, and a crash in between would leave it at work.
            await fleet.quarantineWorker(result.workerId, `result ${result.id} is not what its genome gives: ${note}`);
            await fleet.setVerification(result.id, { verification: 'disagrees', note });
            report.disagreeing += 1;
          }
        } catch (error) {
          if (!isNotForUs(error)) throw error;
          uncheckable.add(result.id);
          report.skipped += 1;
        }
      }
      return report;
    },
  };
}
