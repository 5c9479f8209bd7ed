import { compareReport } from '../domain/fleet/compare-report.ts';
import { recordCanaries, recordContradiction, type WorkerCopy } from '../domain/fleet/file-record.ts';
import { type StrategyParams } from '../domain/fleet/strategy-params.ts';
import { isOpen } from '../domain/fleet/unit.ts';
import { hostOf } from '../domain/fleet/worker-name.ts';
import { type Clock } from '../ports/clock.ts';
import { type FleetResult } from '../ports/fleet/records.ts';
import { type FleetStores } from '../ports/fleet/stores.ts';
import { type Creation, type UnitRequest } from './create-units.ts';
import { type FileRegistry } from './file-registry.ts';

export interface CanariesDeps {
  readonly stores: Pick<FleetStores, 'units' | 'results'>;
  readonly files: FileRegistry;
  readonly createUnits: (requests: readonly UnitRequest[]) => Promise<readonly Creation[]>;
  readonly cancel: (unitId: number, reason: string) => Promise<unknown>;
  readonly clock: Clock;
}

/**
 * The same genome, handed to one worker twice. An honest worker answers the same twice, whatever its copy of the file; a
 * canary uses the whole file, so that a file that grew in between shows in the count of candles.
 */
export interface Canaries {
  send(file: string, workerId: string, params: StrategyParams): Promise<void>;
  compare(): Promise<void>;
}

/** Before all other units, so that the two answers are minutes apart. */
const FIRST = 9;
/** A pair that its worker did not fetch by then is cancelled. */
const UNCLAIMED_MS = 24 * 3_600_000;

export function createCanaries({ stores, files, createUnits, cancel, clock }: CanariesDeps): Canaries {
  const { units, results } = stores;

  async function answerTo(unitId: number, workerId: string): Promise<FleetResult | undefined> {
    const rows = await results.ofUnit(unitId);
    return rows.find((row) => row.workerId === workerId && row.verdict === 'accepted');
  }

  async function comparePair(file: string, worker: WorkerCopy): Promise<void> {
    const pair = await units.getMany(worker.canaries);
    const open = pair.filter(isOpen);
    const isUnclaimed = open.some(({ createdAt }) => clock.now() - createdAt > UNCLAIMED_MS);
    if (isUnclaimed) for (const { id } of open) await cancel(id, 'its worker did not ask for it');
    else if (open.length > 0) return;
    const [first, second] = await Promise.all(worker.canaries.map((id) => answerTo(id, worker.workerId)));
    const comparison = first && second && compareReport(second, first, 'was reported before');
    const contradiction =
      comparison?.finding === 'disagrees'
        ? `it gave two answers to one genome on ${file}, work units ${worker.canaries.join(' and ')}: ${comparison.note}`
        : '';
    await files.change(file, (record) => {
      const tested = recordCanaries(record, { ...worker, isTested: true });
      return contradiction === '' ? tested : recordContradiction(tested, worker, contradiction);
    });
  }

  return {
    async send(file, workerId, params) {
      const record = (await files.read()).find((other) => other.file === file);
      const worker = record?.workers.find((copy) => copy.workerId === workerId);
      if (!record || !worker || worker.canaries.length > 0) return;
      // Keys with # are closed to clients.
      const key = `#canary/${file}/${record.copy}/${workerId}/${worker.pardons}`;
      const created = await createUnits(
        [1, 2].map((n) => ({
          ...{ key: `${key}/${n}`, kind: 'evaluate', params, replicas: 1, priority: FIRST, onlyFor: workerId },
        })),
      );
      const canaries = created.map(({ id }) => id);
      await files.change(file, (current) =>
        current.copy === record.copy
          ? recordCanaries(current, { workerId, host: hostOf(workerId), canaries, isTested: false })
          : current,
      );
    },

    async compare() {
      for (const { file, workers } of await files.read()) {
        for (const worker of workers) {
          if (worker.canaries.length > 0 && !worker.isTested) await comparePair(file, worker);
        }
      }
    },
  };
}
