import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { plannedUnit } from '../../processors/strategy-generator/plan-forwarding.ts';
import { type ForwardedUnit, type ForwardingStore } from '../../src/ports/fleet/forwarding.ts';
import { together } from './stores/samples.ts';

export interface OpenForwarding {
  readonly forwarding: ForwardingStore;
  close(): Promise<void>;
}

export function forwardedUnit(id: string, fields: Partial<ForwardedUnit> = {}): ForwardedUnit {
  const planned = plannedUnit({
    id,
    cycleId: 'c1',
    symbol: 'BIP-20DEC30-CDE',
    timeframe: '1m',
    order: {
      key: id,
      kind: 'genetic',
      params: {
        market_type: 'FUTURES',
        contract: 'BIP-20DEC30-CDE',
        data_file: 'BIP-20DEC30-CDE_ONE_MINUTE.csv',
        population_size: 30,
        generations: 10,
      },
      replicas: 2,
    },
    plannedAt: 1,
    deadlineAt: 100_000_000_000_000,
  });
  return { ...planned, ...fields };
}

/** What every implementation of the forwarding store must do. */
export function forwardingContract(name: string, open: () => Promise<OpenForwarding>): void {
  describe(`${name}: forwarding`, () => {
    let opened: OpenForwarding;
    beforeAll(async () => {
      opened = await open();
    });
    afterAll(() => opened?.close());
    const store = (): ForwardingStore => opened.forwarding;

    it('keeps a unit once by its id, with exactly its fields', async () => {
      const { order } = forwardedUnit('a');
      const unit = forwardedUnit('a', {
        order: { ...order, params: { ...order.params, 'dotted.$name': { $set: [1] } } },
      });
      expect(await store().addMany([unit])).toBe(1);
      const added = await together(10, (i) => store().addMany([{ ...unit, reason: `by ${i}` }, forwardedUnit('a2')]));
      expect(added.reduce((sum, count) => sum + count, 0)).toBe(1);
      expect(await store().get('a')).toStrictEqual(unit);
      expect(await store().get('none')).toBeNull();
    });

    it('accepts one of several concurrent changes of a version', async () => {
      await store().addMany([forwardedUnit('b')]);
      const bookmark = { dialect: 'python', units: 7, lastResult: 3 } as const;
      const saved = await together(10, (i) =>
        store().save(forwardedUnit('b', { state: 'creating', bookmark, reason: `by ${i}` }), 1),
      );
      const winners = saved.filter((unit) => unit !== null);
      expect(winners).toHaveLength(1);
      expect(winners[0]?.version).toBe(2);
      expect(await store().get('b')).toStrictEqual(winners[0]);
      expect(await store().save(forwardedUnit('nobody'), 1)).toBeNull();
      const back = await store().save({ ...winners[0]!, bookmark: null, remoteId: 12, doneBy: 'remote' }, 2);
      expect(back).toMatchObject({ bookmark: null, remoteId: 12, version: 3 });
    });

    it('lists by cycle and state, in either order, and what may exist elsewhere', async () => {
      await store().addMany([
        forwardedUnit('l2', { cycleId: 'list', plannedAt: 2 }),
        forwardedUnit('l1', { cycleId: 'list', plannedAt: 1, state: 'waiting' }),
        forwardedUnit('l3', { cycleId: 'list', plannedAt: 3, state: 'done', mayExist: true }),
      ]);
      const ids = async (filter: Parameters<ForwardingStore['list']>[0]): Promise<string[]> =>
        (await store().list({ cycleId: 'list', ...filter })).map(({ id }) => id);
      expect(await ids({})).toEqual(['l1', 'l2', 'l3']);
      expect(await ids({ states: ['planned', 'waiting'] })).toEqual(['l1', 'l2']);
      expect(await ids({ limit: 1 })).toEqual(['l1']);
      expect(await ids({ newestFirst: true, limit: 2 })).toEqual(['l3', 'l2']);
      expect(await ids({ mayExist: true })).toEqual(['l3']);
      expect(await ids({ mayExist: false })).toEqual(['l1', 'l2']);
    });

    it('gives the turn to one holder at a time; another takes it over only by naming the current holder', async () => {
      const turns = await together(10, (i) => store().takeTurn(`h${i}`, 5));
      const [{ holder } = { holder: '' }] = turns;
      expect(turns.every((turn) => turn.holder === holder && turn.since === 5)).toBe(true);
      expect(await store().takeTurn('late', 9, { holder, since: 4 })).toEqual({ holder, since: 5 });
      await store().giveTurn('late');
      expect(await store().takeTurn('late', 9)).toEqual({ holder, since: 5 });
      expect(await store().takeTurn('late', 9, { holder, since: 5 })).toEqual({ holder: 'late', since: 9 });
      await store().giveTurn('late');
      expect(await store().takeTurn('next', 10)).toEqual({ holder: 'next', since: 10 });
      await store().giveTurn('next');
    });
  });
}
