import { freeReplicas, nextExpiry, runningOf, UNIT_KINDS, UNIT_STATES, type Unit } from '../../../domain/fleet/unit.ts';
import { type FleetUnit, type UnitInLine } from '../../../ports/fleet/records.ts';
import { type FleetUnitStore } from '../../../ports/fleet/stores.ts';
import { type Database } from '../database.ts';
import { flag, json, number, numberOrNull, oneOf, optional, plain, text } from '../fields.ts';
import { createGroupCommit } from '../group-commit.ts';
import { countBy } from './count-by.ts';

/** Derived fields for queries, computed when the unit is stored. */
interface UnitRow extends FleetUnit {
  readonly hasRoom: boolean;
  readonly isLeased: boolean;
  readonly nextExpiry: number | null;
}

const queryFields = (unit: Unit): Pick<UnitRow, 'hasRoom' | 'isLeased' | 'nextExpiry'> => ({
  hasRoom: freeReplicas(unit) > 0,
  isLeased: runningOf(unit).length > 0,
  nextExpiry: nextExpiry(unit),
});

function unitOf({ hasRoom: _, isLeased: __, nextExpiry: ___, ...unit }: UnitRow): FleetUnit {
  return unit;
}

const IN_LINE = [
  'id',
  'kind',
  'deterministic',
  'file',
  'onlyFor',
  'replicas',
  'priority',
  'state',
  'reason',
  'wanted',
  'leases',
  'canonical',
  'turn',
  'createdAt',
  'endedAt',
  'inStep',
  'version',
] as const satisfies readonly (keyof UnitInLine)[];

export function createFleetUnitStore(database: Database): FleetUnitStore {
  const units = database.table<UnitRow>({
    collection: 'fleetUnits',
    key: ({ id }) => String(id),
    fields: {
      id: number,
      key: text,
      requestHash: text,
      kind: oneOf(UNIT_KINDS),
      params: json,
      deterministic: flag,
      file: optional(text),
      onlyFor: optional(text),
      replicas: number,
      priority: number,
      state: oneOf(UNIT_STATES),
      reason: text,
      wanted: number,
      leases: plain(),
      canonical: numberOrNull,
      turn: number,
      createdAt: number,
      endedAt: numberOrNull,
      imported: optional(plain()),
      inStep: flag,
      version: number,
      hasRoom: flag,
      isLeased: flag,
      nextExpiry: numberOrNull,
    },
    unique: { key: 1 },
    indexes: [
      { hasRoom: 1, priority: -1, turn: 1, id: 1 },
      { isLeased: 1, nextExpiry: 1 },
      { inStep: 1 },
      { state: 1, id: 1 },
    ],
  });
  /** Writes only the mutable fields: the parameters may be large and never change. */
  const save = createGroupCommit(async (saves: readonly { readonly unit: UnitInLine; readonly expected: number }[]) =>
    units.changeEach(
      saves.map(({ unit, expected }) => {
        const { state, reason, wanted, leases, canonical, turn, endedAt, inStep } = unit;
        const progress = { state, reason, wanted, leases, canonical, turn, endedAt, inStep };
        const set = { ...progress, ...queryFields(unit), version: expected + 1 };
        return { key: String(unit.id), when: { version: expected }, set };
      }),
    ),
  );
  const get = createGroupCommit(async (ids: readonly number[]) => {
    const rows = new Map((await units.getMany([...new Set(ids.map(String))])).map((row) => [row.id, unitOf(row)]));
    return ids.map((id) => rows.get(id) ?? null);
  });
  const idsOf = (rows: readonly { readonly id: number }[]): readonly number[] => rows.map(({ id }) => id);

  return {
    add: (added) => units.insert(added.map((unit) => ({ ...unit, ...queryFields(unit) }))),
    get,
    byKeys: async (keys) => (await units.find({ key: { $in: [...keys] } }, { id: 1 })).map(unitOf),
    save: (unit, expected) => save({ unit, expected }),
    inLine: (limit) => units.pick({ hasRoom: true }, { priority: -1, turn: 1, id: 1 }, IN_LINE, { limit }),
    overdue: async (now, limit) =>
      idsOf(await units.pick({ isLeased: true, nextExpiry: { $lte: now } }, { nextExpiry: 1 }, ['id'], { limit })),
    leasedTo: async (workerId) =>
      idsOf(await units.pick({ isLeased: true, 'leases.workerId': workerId }, { id: 1 }, ['id'])),
    hasCompleted: async (file) =>
      (await units.pick({ state: 'completed', file }, { id: 1 }, ['id'], { limit: 1 })).length > 0,
    outOfStep: async (limit) => idsOf(await units.pick({ inStep: false }, { id: 1 }, ['id'], { limit })),
    list: async ({ state, after = 0, limit }) =>
      (await units.find({ state, id: { $gt: after } }, { id: 1 }, { limit })).map(unitOf),
    newest: async ({ state, limit }) => (await units.find({ state }, { id: -1 }, { limit })).map(unitOf),
    getMany: async (ids) => (await units.getMany(ids.map(String))).map(unitOf),
    counts: () => countBy(UNIT_STATES, (state) => units.count({ state })),
  };
}
