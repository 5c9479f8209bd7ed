import {
  type CreationTurn,
  FORWARD_STATES,
  type ForwardedUnit,
  type ForwardingStore,
} from '../../ports/fleet/forwarding.ts';
import { type Database } from './database.ts';
import { flag, json, number, numberOrNull, oneOf, plain, text } from './fields.ts';

interface TurnRow extends CreationTurn {
  readonly id: string;
}
/** Key of the only row. */
const TURN = 'creation';
const NOBODY = '';

export function createForwardingStore(database: Database): ForwardingStore {
  const units = database.table<ForwardedUnit>({
    collection: 'forwardedUnits',
    key: ({ id }) => id,
    fields: {
      id: text,
      cycleId: text,
      symbol: text,
      timeframe: text,
      order: json,
      state: oneOf(FORWARD_STATES),
      reason: text,
      bookmark: json,
      remoteId: numberOrNull,
      settledAt: number,
      attempts: number,
      mayExist: flag,
      plannedAt: number,
      deadlineAt: number,
      endedAt: numberOrNull,
      doneBy: oneOf(['nobody', 'remote', 'local']),
      reports: plain(),
      version: number,
    },
    indexes: [{ cycleId: 1 }, { state: 1, plannedAt: 1 }],
  });
  const turns = database.table<TurnRow>({
    collection: 'forwardingTurns',
    key: ({ id }) => id,
    fields: { id: text, holder: text, since: number },
  });

  return {
    addMany: (added) => units.insert(added),
    get: (id) => units.get(id),
    save: ({ id, ...unit }, expected) =>
      units.changeAndGet(id, { version: expected }, { ...unit, version: expected + 1 }),
    list({ cycleId, states, mayExist, newestFirst = false, limit }) {
      const order = newestFirst ? -1 : 1;
      const filter = { cycleId, mayExist, state: states && { $in: states } };
      return units.find(filter, { plannedAt: order, id: order }, { limit });
    },

    async takeTurn(holder, at, instead) {
      await turns.insert([{ id: TURN, holder: NOBODY, since: 0 }]);
      const free = { holder: NOBODY };
      const taken =
        (await turns.change(TURN, free, { holder, since: at })) ||
        (instead !== undefined && (await turns.change(TURN, { ...instead }, { holder, since: at })));
      if (taken) return { holder, since: at };
      const row = await turns.get(TURN);
      return { holder: row?.holder ?? NOBODY, since: row?.since ?? 0 };
    },
    async giveTurn(holder) {
      await turns.change(TURN, { holder }, { holder: NOBODY, since: 0 });
    },
  };
}
