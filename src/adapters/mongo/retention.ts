import { type Connection } from 'mongoose';
import { type Cycle } from '../../domain/research/cycle.ts';
import { type Trial } from '../../domain/research/trial.ts';
import { type CycleDigest, type RetentionStore } from '../../ports/retention.ts';
import { type Database } from './database.ts';
import { bytes, number, text } from './fields.ts';
import { retrying } from './retry.ts';
import { type RowDocument } from './row-codec.ts';

const IN_SAMPLE = { $in: ['screen', 'grid'] };
/** Removed with one command; the embedded store does nothing else meanwhile. */
const SLICE = 500;

/** Removes rows of tables that other stores define. It writes rows of its own table only. */
export function createRetentionStore(database: Database, connection: Connection): RetentionStore {
  const digests = database.table<CycleDigest>({
    collection: 'cycleDigests',
    key: ({ cycleId }) => cycleId,
    fields: { cycleId: text, startedAt: number, trials: bytes },
    indexes: [{ startedAt: -1 }],
  });
  const rows = (name: string) => connection.collection<RowDocument>(name);
  const remove = (name: string, filter: object): Promise<unknown> =>
    retrying(() => rows(name).deleteMany(filter as Record<string, unknown>));
  const pick = async <Row>(name: string, filter: object, fields: readonly (keyof Row & string)[]): Promise<Row[]> => {
    const projection = Object.fromEntries(fields.map((field) => [field, 1]));
    return (await retrying(() => rows(name).find(filter, { projection }).toArray())) as unknown as Row[];
  };

  async function removeEach(name: string, field: string, values: readonly unknown[], rest: object): Promise<void> {
    for (let from = 0; from < values.length; from += SLICE) {
      await remove(name, { [field]: { $in: values.slice(from, from + SLICE) }, ...rest });
    }
  }

  return {
    lastDigest: async () => (await digests.find({}, { startedAt: -1 }, { limit: 1 }))[0] ?? null,
    digest: (cycleId) => digests.get(cycleId),
    saveDigest: (digest) => digests.replace([digest]),

    async cyclesSince(startedAt) {
      const found = await pick<Pick<Cycle, 'id' | 'state' | 'startedAt'>>(
        'cycles',
        { startedAt: { $gte: startedAt } },
        ['id', 'state', 'startedAt'],
      );
      return found.sort((a, b) => a.startedAt - b.startedAt || (a.id < b.id ? -1 : 1));
    },

    async inSampleTrials(cycleId) {
      return pick<Pick<Trial, 'strategyHash' | 'metrics'>>('trials', { cycleId, stage: IN_SAMPLE }, [
        'strategyHash',
        'metrics',
      ]);
    },

    async outOfSampleHashes(cycleId) {
      const [tested, chosen] = await Promise.all([
        pick<Pick<Trial, 'strategyHash'>>('trials', { cycleId, stage: 'walk-forward' }, ['strategyHash']),
        pick<{ strategyHash: string; optimizedHash: string }>('optimizations', { cycleId }, [
          'strategyHash',
          'optimizedHash',
        ]),
      ]);
      return [
        ...tested.map(({ strategyHash }) => strategyHash),
        ...chosen.flatMap(({ strategyHash, optimizedHash }) => [strategyHash, optimizedHash]),
      ];
    },

    async hashesOf(cycleIds) {
      const found = await pick<Pick<Trial, 'strategyHash'>>('trials', { cycleId: { $in: [...cycleIds] } }, [
        'strategyHash',
      ]);
      return [...new Set(found.map(({ strategyHash }) => strategyHash))];
    },

    async reduceCycle(cycleId) {
      await remove('workUnits', { cycleId });
      await remove('analyses', { cycleId });
      await remove('opportunities', { _id: cycleId });
      await remove('decisions', { cycleId, stage: 'screen', decision: 'rejected' });
      await remove('trials', { cycleId, stage: IN_SAMPLE });
    },

    removeStrategies: (hashes) =>
      removeEach('strategies', '_id', hashes, {
        state: { $in: ['candidate', 'rejected'] },
        origin: { $in: ['random', 'optimized'] },
      }),

    removeAudit: (from, to) =>
      removeEach(
        'auditLog',
        'seq',
        Array.from({ length: to - from + 1 }, (_, i) => from + i),
        {},
      ),

    async removeNotices(before) {
      await remove('alerts', { at: { $lt: before } });
      await remove('deadLetters', { failedAt: { $lt: before } });
    },
  };
}
