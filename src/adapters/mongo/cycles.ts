import { AppError } from '../../domain/errors.ts';
import { type CyclePhase, CYCLE_PHASES, type Cycle, type CyclePhaseRecord } from '../../domain/research/cycle.ts';
import { type CycleStore } from '../../ports/stores.ts';
import { type Database } from './database.ts';
import { flag, json, number, oneOf, optional, plain, text } from './fields.ts';
import { TRADING_MODES } from '../../domain/trading-mode.ts';

/** Phases keyed by name, so that each one can be written atomically. */
interface CycleRow extends Omit<Cycle, 'phases' | 'report'> {
  readonly phases: Readonly<Partial<Record<CyclePhase, CyclePhaseRecord>>>;
  readonly report?: unknown;
}

function rowOf(cycle: Cycle): CycleRow {
  return { ...cycle, phases: Object.fromEntries(cycle.phases.map((record) => [record.phase, record])) };
}

function cycleOf(row: CycleRow): Cycle {
  return { ...(row as Cycle), phases: CYCLE_PHASES.flatMap((phase) => row.phases[phase] ?? []) };
}

export function createCycleStore(database: Database): CycleStore {
  const cycles = database.table<CycleRow>({
    collection: 'cycles',
    key: ({ id }) => id,
    fields: {
      id: text,
      inputsHash: text,
      run: number,
      account: text,
      mode: oneOf(TRADING_MODES),
      source: text,
      symbols: plain(),
      timeframe: text,
      seed: number,
      asOf: number,
      settles: flag,
      state: oneOf(['running', 'completed', 'failed']),
      reason: optional(text),
      phases: plain(),
      report: optional(json),
      startedAt: number,
      finishedAt: optional(number),
    },
    indexes: [{ startedAt: -1 }, { inputsHash: 1, run: -1 }],
  });

  async function mustExist(id: string): Promise<void> {
    if (!(await cycles.get(id))) throw new AppError('not-found', `there is no cycle '${id}'`);
  }

  return {
    create: async (cycle) => (await cycles.insert([rowOf(cycle)])) === 1,

    async get(id) {
      const row = await cycles.get(id);
      return row && cycleOf(row);
    },

    list: async (limit) => (await cycles.find({}, { startedAt: -1 }, { limit })).map(cycleOf),

    async latestOf(inputsHash) {
      const [latest] = await cycles.find({ inputsHash }, { run: -1 }, { limit: 1 });
      return latest ? cycleOf(latest) : null;
    },

    async recordPhase(id, record) {
      const path = `phases.${record.phase}` as const;
      const recorded = await cycles.change(id, { [path]: { $exists: false } }, { [path]: record });
      if (!recorded) await mustExist(id);
      return recorded;
    },

    /** `completed` is final. `failed` is not: an operator may retry the dead letters of the cycle. */
    async finish(id, { at, ...outcome }) {
      const changed = await cycles.change(
        id,
        { state: { $ne: 'completed' } },
        { ...outcome, finishedAt: at },
        outcome.reason === undefined ? ['reason'] : [],
      );
      if (!changed) await mustExist(id);
    },
  };
}
