import { readCandleColumns } from '../adapters/replay/read-candle-file.ts';
import { type BacktestPool } from '../adapters/threads/backtest-pool.ts';
import { shareCandles } from '../adapters/threads/share-series.ts';
import { differencesOf, type ComparedFields } from '../domain/fleet/compare-report.ts';
import { EVALUATE_ONE } from '../domain/fleet/strategy-params.ts';
import { SeriesTooShortError } from '../domain/market/series-too-short-error.ts';
import { SpecError } from '../domain/strategies/spec-error.ts';
import { parseUnitParams } from '../domain/worker-profile/unit-params.ts';
import { AppError, errorText } from '../ports/errors.ts';
import { type FleetResult } from '../ports/fleet-records.ts';
import { type FleetStores } from '../ports/fleet-stores.ts';
import { type FleetCheck, type FleetVerification } from '../ports/fleet.ts';
import { findCandleFile } from './remote-worker/find-candle-file.ts';

export interface VerifierDeps {
  readonly fleet: FleetVerification;
  readonly units: Pick<FleetStores['units'], 'get'>;
  readonly pool: BacktestPool;
  /** Of all results with a genome, 0..1. */
  readonly share: number;
  /** Where the candles are that the workers have. */
  readonly directories: readonly string[];
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
    const params = parseUnitParams({
      ...unit?.params,
      ...EVALUATE_ONE,
      seed_genomes: [JSON.parse(result.strategy_genome ?? 'null')],
    });
    const { columns } = await readCandleColumns(await findCandleFile(params.dataFile, directories));
    const submission = await pool.runAlone('unit', { params, columns: shareCandles(columns), seed: 'verification' });
    if (submission === null) throw new AppError('interrupted', 'the check was cancelled');
    return submission;
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
            await fleet.setVerification(result.id, { verification: 'disagrees', note });
            await fleet.quarantineWorker(result.workerId, `result ${result.id} is not what its genome gives: ${note}`);
            report.disagreeing += 1;
          }
        } catch (error) {
          if (!isOurLack(error)) throw error;
          uncheckable.add(result.id);
          report.skipped += 1;
        }
      }
      return report;
    },
  };
}

/** No candles here, or a genome that we do not read as workers do: says nothing about the worker. */
function isOurLack(error: unknown): boolean {
  return (
    (error instanceof AppError && (error.code === 'no-candles' || error.code === 'bad-input')) ||
    error instanceof SpecError ||
    error instanceof SeriesTooShortError ||
    error instanceof SyntaxError ||
    // Classes of errors do not cross threads.
    /needs at least \d+ bars/.test(errorText(error))
  );
}
