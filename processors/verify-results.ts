import { type StrategyParams } from '../src/domain/fleet/strategy-params.ts';
import { type FleetVerification } from '../src/ports/fleet.ts';
import { type WorkerEngine } from '../src/ports/worker-engine.ts';
import { recompute } from './forward/take-reports.ts';

export interface VerificationDeps {
  readonly fleet: FleetVerification;
  readonly engine: Pick<WorkerEngine, 'execute' | 'obstacle'>;
  /** What the units were about; without those that are gone. */
  readonly paramsOf: (unitIds: readonly number[]) => Promise<ReadonlyMap<number, StrategyParams>>;
  /** 0..1 of all results with a genome. */
  readonly share: number;
}

export interface VerifyReport {
  readonly verified: number;
  readonly disagree: number;
  /** Their candles are not here. */
  readonly notPossible: number;
}

/** Looked through in one run: those that cannot be checked here stay in the line and must not hide the others. */
const MOST_SEEN = 1000;
/** Computed in one run; the next one goes on. */
const MOST_COMPUTED = 32;

/**
 * Checks results of remote workers. One figure that differs is enough: there is no chance in the engine. Its worker is
 * quarantined, which opens the replicas of everything it reported for others.
 */
export function createVerifier({ fleet, engine, paramsOf, share }: VerificationDeps) {
  return async function verify(signal: AbortSignal): Promise<VerifyReport> {
    let [verified, disagree, notPossible] = [0, 0, 0];
    const results = await fleet.resultsToVerify({ share, limit: MOST_SEEN });
    const params = await paramsOf([...new Set(results.map(({ unitId }) => unitId))]);
    const out = new Set<string>();
    for (const result of results) {
      // Its results count no more, this one included.
      if (out.has(result.workerId)) continue;
      if (verified + disagree >= MOST_COMPUTED) break;
      signal.throwIfAborted();
      const unit = params.get(result.unitId);
      if (!unit || (await engine.obstacle(unit)) !== null) {
        notPossible += 1;
        continue;
      }
      const { verification, note } = await recompute(engine, unit, result, signal);
      if (verification === 'unverified') {
        notPossible += 1;
      } else if (verification === 'verified') {
        await fleet.setVerification(result.id, { verification, note });
        verified += 1;
      } else {
        // The worker first: a crash after the mark would leave it at work, and nobody looks at a marked result again.
        await fleet.quarantineWorker(result.workerId, `result ${result.id} is not so: ${note}`);
        await fleet.setVerification(result.id, { verification, note });
        out.add(result.workerId);
        disagree += 1;
      }
    }
    return { verified, disagree, notPossible };
  };
}
