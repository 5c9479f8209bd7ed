import { describe, expect, it } from 'vitest';
import { CYCLE_PHASES, type CyclePhaseRecord } from '../../../src/domain/research/cycle.ts';
import { type Decision } from '../../../src/domain/research/decision.ts';
import { type Strategy } from '../../../src/domain/strategies/strategy.ts';
import { type Stores } from '../../../src/ports/stores.ts';
import {
  analysis,
  cycle,
  holding,
  HOUR,
  metrics,
  opportunity,
  optimization,
  strategy,
  T0,
  together,
  trial,
  workUnit,
} from './samples.ts';

const ids = (prefix: string, count: number): string[] =>
  Array.from({ length: count }, (_, i) => `${prefix}${String(i).padStart(3, '0')}`);

export function researchContract(stores: () => Stores): void {
  describe('strategies', () => {
    it('are inserted once by hash; the first one wins', async () => {
      const { strategies } = stores();
      const batch = ids('st-once-', 30).map((hash) => strategy(hash));
      expect(await strategies.addMany(batch)).toBe(30);
      expect(await strategies.addMany([...batch, strategy('st-once-new')])).toBe(1);
      const counts = await together(20, (i) =>
        strategies.addMany([strategy('st-race', { name: `by ${i}` }), strategy(`st-race-${i}`)]),
      );
      expect(counts.reduce((sum, count) => sum + count, 0)).toBe(21);
      expect(await strategies.addMany([])).toBe(0);
      expect(await strategies.addMany([strategy('st-twice'), strategy('st-twice')])).toBe(1);
    });

    it('are read back with exactly their fields', async () => {
      const { strategies } = stores();
      const bare = strategy('st-bare');
      const full = strategy('st-full', { parent: 'p', account: 'a', symbol: 'BTC/USD', timeframe: '15m' });
      await strategies.addMany([bare, full]);
      expect(await strategies.get('st-bare')).toStrictEqual(bare);
      expect(await strategies.get('st-full')).toStrictEqual(full);
      expect(await strategies.get('st-none')).toBeNull();
      expect(await strategies.getMany(['st-full', 'st-none', 'st-bare'])).toStrictEqual([full, bare]);
      expect(await strategies.getMany([])).toEqual([]);
    });

    it('are listed by state and account, the latest change first', async () => {
      const { strategies } = stores();
      const at = { account: 'st-list' };
      await strategies.addMany([
        strategy('st-l1', { ...at, state: 'active', updatedAt: T0 + 1 }),
        strategy('st-l2', { ...at, state: 'incubating', updatedAt: T0 + 2 }),
        strategy('st-l3', { ...at, state: 'retired', updatedAt: T0 + 3 }),
        strategy('st-l4', { ...at, state: 'active', updatedAt: T0 + 3 }),
        strategy('st-l5', { account: 'st-other', state: 'active', updatedAt: T0 + 4 }),
      ]);
      const list = async (filter: Parameters<typeof strategies.list>[0]): Promise<string[]> =>
        (await strategies.list(filter)).map(({ hash }) => hash);
      expect(await list(at)).toEqual(['st-l3', 'st-l4', 'st-l2', 'st-l1']);
      expect(await list({ ...at, states: ['active', 'incubating'] })).toEqual(['st-l4', 'st-l2', 'st-l1']);
      expect(await list({ ...at, limit: 2 })).toEqual(['st-l3', 'st-l4']);
      expect(await list({ ...at, limit: 0 })).toEqual([]);
      expect(await list({ ...at, states: [] })).toEqual([]);
    });

    it('move to a state once', async () => {
      const { strategies } = stores();
      await strategies.addMany([strategy('st-move')]);
      const place = { account: 'a', symbol: 'ETH/USD', timeframe: '1h' } as const;
      const first = { reason: 'passed the gate', at: T0 + 5, ...place };
      expect(await strategies.setState('st-move', 'active', first)).toBe(true);
      expect(await strategies.setState('st-move', 'active', { reason: 'again', at: T0 + 9 })).toBe(true);
      const moved = { ...place, state: 'active', stateReason: 'passed the gate', updatedAt: T0 + 5 } as const;
      expect(await strategies.get('st-move')).toStrictEqual(strategy('st-move', moved));
      expect(await strategies.setState('st-unknown', 'active', { reason: '', at: T0 })).toBe(false);
    });

    it('are rejected while they are candidates, with the first reason', async () => {
      const { strategies } = stores();
      const [first, second, third] = ['st-r1', 'st-r2', 'st-r3'] as const;
      const held = strategy(third, { state: 'active', stateReason: 'trades' });
      await strategies.addMany([strategy(first), strategy(second), held]);
      const rejections = [first, second, third].flatMap((hash) => [
        { hash, reason: `${hash} lost` },
        { hash, reason: `${hash} lost elsewhere` },
      ]);
      const reject = (at: number): Promise<void> =>
        strategies.rejectCandidates([...rejections, { hash: 'st-unknown', reason: '' }], at);
      await reject(T0 + 5);
      await reject(T0 + 9);
      await strategies.rejectCandidates([], T0 + 9);
      const rejected = (hash: string): Strategy =>
        strategy(hash, { state: 'rejected', stateReason: `${hash} lost`, updatedAt: T0 + 5 });
      expect(await strategies.getMany([first, second, third])).toStrictEqual([rejected(first), rejected(second), held]);
      expect(await strategies.get('st-unknown')).toBe(null);
    });
  });

  describe('trials', () => {
    it('are counted once, however often a unit is run', async () => {
      const { trials } = stores();
      const before = await trials.count();
      const batch = ids('tr-', 40).map((id) => trial(id, { cycleId: 'tr-c', unitId: 'tr-u' }));
      const counts = await together(20, () => trials.recordMany(batch));
      expect(counts.reduce((sum, count) => sum + count, 0)).toBe(40);
      expect(await trials.count('tr-c')).toBe(40);
      expect((await trials.count()) - before).toBe(40);
      expect(await trials.count('tr-no-cycle')).toBe(0);
    });

    it('come back by cycle and by stage, ordered by id', async () => {
      const { trials } = stores();
      const one = trial('tq-1', { cycleId: 'tq-c', unitId: 'tq-u' });
      const failed = trial('tq-2', { cycleId: 'tq-c', unitId: 'tq-v', metrics: { ...metrics, error: 'no data' } });
      const grid = trial('tq-3', { cycleId: 'tq-c', unitId: 'tq-u', stage: 'grid' });
      await trials.recordMany([grid, failed, one]);
      expect(await trials.ofCycle('tq-c')).toStrictEqual([one, failed, grid]);
      expect(await trials.ofCycle('tq-c', 'screen')).toStrictEqual([one, failed]);
      expect(await trials.ofCycle('tq-c', 'screen', one.symbol)).toStrictEqual([one, failed]);
      expect(await trials.ofCycle('tq-c', 'screen', 'NO-USD')).toEqual([]);
      expect(await trials.ofCycle('tq-none')).toEqual([]);
    });
  });

  describe('work units', () => {
    it('are inserted once and finished once', async () => {
      const { workUnits } = stores();
      const open = workUnit('wu-1', { cycleId: 'wu-c' });
      expect(await workUnits.addMany([workUnit('wu-2', { cycleId: 'wu-c' }), open])).toBe(2);
      expect(await workUnits.addMany([open, workUnit('wu-3')])).toBe(1);
      expect(await workUnits.get('wu-1')).toStrictEqual(open);
      expect((await workUnits.ofCycle('wu-c')).map(({ id }) => id)).toEqual(['wu-1', 'wu-2']);
      const { stage, symbol } = open;
      expect((await workUnits.ofCycle('wu-c', stage, symbol)).map(({ id }) => id)).toEqual(['wu-1', 'wu-2']);
      expect(await workUnits.ofCycle('wu-c', stage, 'NO-USD')).toEqual([]);

      await together(20, (i) => workUnits.finish('wu-1', { node: `n${i}`, ms: i, at: T0 + i, trials: 10 + i }));
      const done = await workUnits.get('wu-1');
      const i = done?.ms ?? -1;
      const result = { node: `n${i}`, ms: i, trials: 10 + i, finishedAt: T0 + i };
      expect(done).toStrictEqual({ ...open, ...result, state: 'done' });
      await workUnits.finish('wu-1', { node: 'late', ms: 99, at: T0, trials: 0 });
      expect(await workUnits.get('wu-1')).toStrictEqual(done);

      expect(await workUnits.addMany([open])).toBe(0);
      expect((await workUnits.get('wu-1'))?.state).toBe('done');
      expect(await workUnits.get('wu-none')).toBeNull();
      await expect(workUnits.finish('wu-none', { node: 'n', ms: 1, at: T0, trials: 1 })).rejects.toThrow("'wu-none'");
    });
  });

  describe('optimizations', () => {
    it('are kept once by cycle and strategy', async () => {
      const { optimizations } = stores();
      const [a, b] = [optimization('op-c', 'a'), optimization('op-c', 'b')];
      await together(20, (i) => optimizations.save(i % 2 === 0 ? a : b));
      await optimizations.save({ ...a, gridSize: 1 });
      await optimizations.save(optimization('op-d', 'a'));
      expect(await optimizations.ofCycle('op-c')).toStrictEqual([a, b]);
    });

    // Templates are evaluated on every market, so one strategy can be a candidate on two.
    it('keep the markets of one strategy apart', async () => {
      const { optimizations } = stores();
      const [one, other] = [optimization('op-m', 'a'), { ...optimization('op-m', 'a'), symbol: 'ZZZ-USD' }];
      await optimizations.save(one);
      await optimizations.save(other);
      expect(await optimizations.ofCycle('op-m')).toStrictEqual([one, other]);
    });
  });

  describe('decisions', () => {
    it('keep the first version, by cycle, stage, strategy and symbol', async () => {
      const { decisions } = stores();
      const a: Decision = {
        cycleId: 'de-c',
        strategyHash: 'a',
        symbol: 'BTC-USD',
        stage: 'screen',
        decision: 'rejected',
        reason: '3 trades in sample, 20 are needed',
        probabilisticSharpe: null,
        deflatedSharpe: null,
      };
      const b: Decision = {
        ...a,
        stage: 'select',
        decision: 'active',
        probabilisticSharpe: 0.99,
        deflatedSharpe: 0.96,
      };
      const added = await together(20, () => decisions.recordMany([a, b]));
      expect(added.reduce((sum, n) => sum + n, 0)).toBe(2);
      expect(
        await decisions.recordMany([
          { ...a, reason: 'later' },
          { ...a, symbol: 'ETH-USD' },
        ]),
      ).toBe(1);
      expect(await decisions.ofCycle('de-c')).toStrictEqual([a, { ...a, symbol: 'ETH-USD' }, b]);
      expect(await decisions.ofCycle('de-none')).toEqual([]);
      expect(await decisions.ofStrategy('a')).toEqual(
        expect.arrayContaining([a, { ...a, symbol: 'ETH-USD' }, b]) as unknown,
      );
      expect(await decisions.ofStrategy('none')).toEqual([]);
    });
  });

  describe('analyses', () => {
    it('keep the first scan of a cycle, in its order', async () => {
      const { analyses } = stores();
      const found = [opportunity('ETH/USD', 1), { ...opportunity('BTC/USD', 2), accepted: false }];
      expect(await analyses.scan('an-c')).toBeNull();
      await analyses.saveScan('an-c', T0, found);
      await analyses.saveScan('an-c', T0, []);
      expect(await analyses.scan('an-c')).toStrictEqual(found);
      await analyses.saveScan('an-empty', T0, []);
      expect(await analyses.scan('an-empty')).toEqual([]);
    });

    it('keep one analysis per cycle, symbol and timeframe', async () => {
      const { analyses } = stores();
      const btc = analysis('BTC/USD');
      const daily = analysis('BTC/USD', { timeframe: '1d' });
      const eth = analysis('ETH/USD');
      await together(20, (i) => analyses.saveAnalysis('an-a', [eth, daily, btc][i % 3]!));
      await analyses.saveAnalysis('an-a', { ...btc, score: -1 });
      await analyses.saveAnalysis('an-b', eth);
      expect(await analyses.analyses('an-a')).toStrictEqual([daily, btc, eth]);
      expect(await analyses.analyses('an-none')).toEqual([]);
    });
  });

  describe('cycles', () => {
    const phase = (change: Partial<CyclePhaseRecord>): CyclePhaseRecord => ({
      phase: 'scan',
      jobs: 3,
      ok: 2,
      failed: 1,
      startedAt: T0,
      endedAt: T0 + 10,
      failures: ['scan.1: timeout'],
      ...change,
    });

    it('are created once', async () => {
      const { cycles } = stores();
      const created = await together(20, (i) => cycles.create(cycle('cy-race', { seed: i })));
      expect(created.filter(Boolean)).toHaveLength(1);
      expect((await cycles.get('cy-race'))?.seed).toBe(created.indexOf(true));
      expect(await cycles.get('cy-none')).toBeNull();
    });

    it('are read back with exactly their fields', async () => {
      const { cycles } = stores();
      const bare = cycle('cy-bare');
      const full = cycle('cy-full', {
        state: 'failed',
        reason: 'no data',
        phases: [phase({}), phase({ phase: 'analyze', failures: [] })],
        report: { 'BTC.USD': { $pnl: 1.5, none: null }, reasons: [] },
        finishedAt: T0 + 99,
      });
      await cycles.create(bare);
      await cycles.create(full);
      expect(await cycles.get('cy-bare')).toStrictEqual(bare);
      expect(await cycles.get('cy-full')).toStrictEqual(full);
    });

    it('are listed newest first, and the latest run of the same inputs is found', async () => {
      const { cycles } = stores();
      const late = T0 + 1_000 * HOUR;
      await cycles.create(cycle('cy-l1', { inputsHash: 'same', run: 1, startedAt: late }));
      await cycles.create(cycle('cy-l3', { inputsHash: 'same', run: 3, startedAt: late + 1 }));
      await cycles.create(cycle('cy-l2', { inputsHash: 'same', run: 2, startedAt: late + 2 }));
      expect((await cycles.list(2)).map(({ id }) => id)).toEqual(['cy-l2', 'cy-l3']);
      expect((await cycles.latestOf('same'))?.id).toBe('cy-l3');
      expect(await cycles.latestOf('never run')).toBeNull();
    });

    it('record each phase once, concurrently, in the order of the pipeline', async () => {
      const { cycles } = stores();
      await cycles.create(cycle('cy-p'));
      const answers = await together(CYCLE_PHASES.length * 4, (i) =>
        cycles.recordPhase('cy-p', phase({ phase: CYCLE_PHASES[i % CYCLE_PHASES.length]!, jobs: i })),
      );
      expect(answers.filter(Boolean)).toHaveLength(CYCLE_PHASES.length);
      const recorded = (await cycles.get('cy-p'))?.phases ?? [];
      expect(recorded.map((record) => record.phase)).toEqual(CYCLE_PHASES);
      for (const { jobs } of recorded) expect(answers[jobs]).toBe(true);
      await expect(cycles.recordPhase('cy-none', phase({}))).rejects.toThrow("'cy-none'");
    });

    it('finish; completed is final, failed may still be completed', async () => {
      const { cycles } = stores();
      await cycles.create(cycle('cy-f'));
      await cycles.finish('cy-f', { state: 'failed', at: T0 + 1, reason: 'quorum' });
      expect(await cycles.get('cy-f')).toStrictEqual(
        cycle('cy-f', { state: 'failed', reason: 'quorum', finishedAt: T0 + 1 }),
      );
      const completed = cycle('cy-f', { state: 'completed', report: { orders: 2 }, finishedAt: T0 + 2 });
      await cycles.finish('cy-f', { state: 'completed', at: T0 + 2, report: { orders: 2 } });
      expect(await cycles.get('cy-f')).toStrictEqual(completed);
      await cycles.finish('cy-f', { state: 'failed', at: T0 + 3, reason: 'late' });
      expect(await cycles.get('cy-f')).toStrictEqual(completed);
      await expect(cycles.finish('cy-none', { state: 'failed', at: T0 })).rejects.toThrow("'cy-none'");
    });
  });

  describe('portfolio', () => {
    it('replaces by account, strategy and symbol, and lists by rank', async () => {
      const { portfolio } = stores();
      const account = 'pf';
      await together(20, (i) => portfolio.put(holding(account, 's1', { rank: i })));
      await portfolio.put(holding(account, 's1', { rank: 3 }));
      await portfolio.put(holding(account, 's1', { symbol: 'ETH/USD', rank: 1, state: 'retired' }));
      await portfolio.put(holding(account, 's2', { rank: 2, state: 'incubating' }));
      await portfolio.put(holding('pf-other', 's1'));
      const list = async (filter: Parameters<typeof portfolio.list>[0]): Promise<string[]> =>
        (await portfolio.list(filter)).map(({ strategyHash, symbol }) => `${strategyHash} ${symbol}`);
      expect(await list({ account })).toEqual(['s1 ETH/USD', 's2 BTC/USD', 's1 BTC/USD']);
      expect(await list({ account, symbol: 'BTC/USD' })).toEqual(['s2 BTC/USD', 's1 BTC/USD']);
      expect(await list({ account, states: ['active', 'incubating'], limit: 1 })).toEqual(['s2 BTC/USD']);
      await portfolio.put(holding('pf-own', 's3', { incubationOf: account, rank: 0, state: 'incubating' }));
      expect(await list({ company: account })).toEqual(['s3 BTC/USD', 's1 ETH/USD', 's2 BTC/USD', 's1 BTC/USD']);
      expect(await list({ company: account, states: ['incubating'], limit: 1 })).toEqual(['s3 BTC/USD']);
      expect(await list({ account })).not.toContain('s3 BTC/USD');
      const [active] = await portfolio.list({ account, states: ['active'] });
      expect(active).toStrictEqual(holding(account, 's1', { rank: 3 }));
    });
  });
}
