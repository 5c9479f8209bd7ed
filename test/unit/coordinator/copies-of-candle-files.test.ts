import { describe, expect, it } from 'vitest';
import { type CandleCopy } from '../../fixtures/fleet/candle-copy.ts';
import {
  openScriptedFleet,
  searchesOn,
  type Honesty,
  type ScriptedFleet,
  type ScriptedWorker,
} from '../../fixtures/fleet/scripted-fleet.ts';

const [F, G] = ['F_FIVE_MINUTE.csv', 'G_FIVE_MINUTE.csv'];
const OURS: CandleCopy = { end: 3000 };
const NEWER: CandleCopy = { end: 3288 };
const OLDER: CandleCopy = { end: 2712 };
const TRUNCATED: CandleCopy = { end: 3000, lost: [1500, 1501, 2900] };
const WRONG: CandleCopy = { end: 3000, wrong: [2950] };

function worker(host: string, onF: CandleCopy, onG = onF, honesty: Honesty = 'honest'): ScriptedWorker {
  return { id: `${host}_Linux_W1`, honesty, copies: { [F]: onF, [G]: onG } };
}
const [A, B, C] = ['a', 'b', 'c'].map((host) => worker(host, OURS)) as [ScriptedWorker, ScriptedWorker, ScriptedWorker];

async function open(maxCandles: number, seed = 'copies'): Promise<ScriptedFleet> {
  const fleet = openScriptedFleet(
    new Map([
      [F, OURS],
      [G, OURS],
    ]),
    seed,
  );
  await fleet.fleet.createUnits([...searchesOn(F, 12, maxCandles), ...searchesOn(G, 12, maxCandles)]);
  return fleet;
}

/** Rounds until nothing changes any more; canaries need a second one. */
async function rounds(fleet: ScriptedFleet, workers: readonly ScriptedWorker[], count = 3): Promise<void> {
  for (let n = 0; n < count; n += 1) {
    await fleet.round(workers);
    await fleet.fleet.createUnits([...searchesOn(F, 4, 0), ...searchesOn(G, 4, 0)]);
  }
}

const KINDS: readonly (readonly [string, CandleCopy])[] = [
  ['newer', NEWER],
  ['older', OLDER],
  ['truncated', TRUNCATED],
  ['wrong', WRONG],
];
const SIZES = [
  ['with max_candles', 1000],
  ['without max_candles', 0],
] as const;
const CASES = KINDS.flatMap(([kind, copy]) => SIZES.map(([size, most]) => ({ kind, copy, size, most })));

describe.each(CASES)('a worker with a $kind file, in units $size', ({ kind, copy, most }) => {
  const isComparable = most > 0 || kind === 'wrong';

  it('alone is not quarantined, and loses at most this file', async () => {
    const fleet = await open(most);
    const odd = worker('odd', copy, OURS);
    const report = await fleet.round([odd]);
    expect(report.verified).toBeGreaterThan(0);
    expect(report[isComparable ? 'disagreeing' : 'unverifiable']).toBeGreaterThan(0);
    await rounds(fleet, [odd]);
    expect(await fleet.quarantined()).toEqual([]);
    expect(await fleet.suspended()).toEqual(isComparable ? [`odd_Linux_W1 ${F}`] : []);
    expect(fleet.namedInDoubt()).toEqual([]);
    const verdicts = await fleet.stores.results.counts();
    if (!isComparable) expect(verdicts.suspended).toBe(0);
  });

  it('among workers with our file is not quarantined, and its units are done by others', async () => {
    const fleet = await open(most);
    const workers = [A, worker('odd', copy, OURS), B];
    await rounds(fleet, workers, 4);
    await fleet.work(workers);
    expect(await fleet.quarantined()).toEqual([]);
    expect(await fleet.suspended()).toEqual(isComparable ? [`odd_Linux_W1 ${F}`] : []);
    expect(fleet.namedInDoubt()).toEqual([]);
    const { pending, in_progress, failed } = await fleet.stores.units.counts();
    expect({ pending, in_progress, failed }).toEqual({ pending: 0, in_progress: 0, failed: 0 });
  });

  it('together with another such puts our file in doubt: one alert names it, and nobody is suspended for it', async () => {
    const fleet = await open(most);
    const workers = [worker('odd', copy, OURS), worker('even', copy, OURS)];
    await rounds(fleet, workers, 4);
    expect(await fleet.quarantined()).toEqual([]);
    expect(await fleet.suspended()).toEqual([]);
    expect(fleet.namedInDoubt()).toEqual([F]);
    const rows = await fleet.stores.results.newest(1000);
    expect(rows.filter(({ verdict }) => verdict === 'suspended')).toEqual([]);
    const { pending, in_progress, failed } = await fleet.stores.units.counts();
    expect({ pending, in_progress, failed }).toEqual({ pending: 8, in_progress: 0, failed: 0 });
  });

  it('in a majority over one worker with our file is not quarantined', async () => {
    const fleet = await open(most);
    const workers = [worker('odd', copy, OURS), A, worker('even', copy, OURS)];
    await rounds(fleet, workers, 4);
    expect(await fleet.quarantined()).toEqual([]);
    expect(fleet.namedInDoubt()).toEqual([]);
    expect((await fleet.suspended()).length).toBe(isComparable ? 2 : 0);
  });

  it.skipIf(kind === 'wrong' && most === 0)('on both files is not quarantined, whoever agrees with us', async () => {
    const fleet = await open(most);
    const workers = [A, B, worker('odd', copy), C];
    await rounds(fleet, workers.slice(0, 3), kind === 'wrong' ? 1 : 4);
    expect(await fleet.quarantined()).toEqual([]);
    expect((await fleet.suspended()).length).toBe(isComparable ? 2 : 0);
  });
});

describe('a liar', () => {
  it.each(SIZES)('whose answers vary is found within one round of canaries, %s', async (_, most) => {
    const fleet = await open(most);
    const workers = [A, worker('liar', OURS, OURS, 'inconsistent'), B];
    await fleet.round(workers);
    expect((await fleet.suspended()).every((text) => text.startsWith('liar'))).toBe(true);
    await fleet.round(workers);
    expect(await fleet.quarantined()).toEqual(['liar_Linux_W1']);
    const [liar] = (await fleet.stores.workers.list()).filter(({ id }) => id.startsWith('liar'));
    // In whole files the other hosts show it at once.
    const reason =
      most > 0 ? `it gave two answers to one genome on ${F}, work units 25 and 26:` : 'its figures for the whole';
    expect(liar?.quarantine).toContain(reason);
  });

  it('whose answers vary is found alone, and with candles that nobody else has', async () => {
    const fleet = await open(0);
    const workers = [worker('liar', NEWER, NEWER, 'inconsistent')];
    await fleet.round(workers);
    await fleet.round(workers);
    expect(await fleet.quarantined()).toEqual(['liar_Linux_W1']);
  });

  it('whose answers are always equally false is found on two whole files that two other hosts confirm', async () => {
    const fleet = await open(0);
    const workers = [A, worker('liar', OURS, OURS, 'consistent'), B];
    await rounds(fleet, workers);
    expect(await fleet.quarantined()).toEqual(['liar_Linux_W1']);
    const [liar] = (await fleet.stores.workers.list()).filter(({ id }) => id.startsWith('liar'));
    expect(liar?.quarantine).toBe(
      `its figures for the whole of ${F} and ${G} differ from those of two other hosts and ours`,
    );
  });

  it('whose answers are always equally false is only suspended while one other host confirms us', async () => {
    const fleet = await open(0);
    await rounds(fleet, [A, worker('liar', OURS, OURS, 'consistent')]);
    expect(await fleet.quarantined()).toEqual([]);
    expect(await fleet.suspended()).toEqual([`liar_Linux_W1 ${F}`, `liar_Linux_W1 ${G}`]);
  });

  it('is quarantined once: later findings change nothing', async () => {
    const fleet = await open(0);
    const workers = [A, worker('liar', OURS, OURS, 'inconsistent'), B];
    await rounds(fleet, workers);
    const before = await fleet.stores.workers.get('liar_Linux_W1');
    await rounds(fleet, workers);
    const { quarantine, quarantinedAt, completed } = before!;
    expect(await fleet.stores.workers.get('liar_Linux_W1')).toMatchObject({ quarantine, quarantinedAt, completed });
    expect([...fleet.alerts.keys()].filter((key) => key.startsWith('worker-quarantined'))).toHaveLength(1);
  });
});
