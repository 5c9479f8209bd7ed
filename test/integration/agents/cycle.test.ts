import { columnsOf } from '../../fixtures/columns-of.ts';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { type AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { type Environment } from '../../../config/process-environment.ts';
import { cycleJobId } from '../../../queues/flows/cycle-flow.ts';
import { QUEUE_NAMES, type QueueName } from '../../../queues/names.ts';
import { evaluate } from '../../../src/adapters/threads/backtest-thread.ts';
import { valueOf } from '../../../src/adapters/threads/ended.ts';
import { importGenome } from '../../../src/domain/python-worker/genomes/import-genome.ts';
import { createRng } from '../../../src/domain/random/rng.ts';
import { hashSpec } from '../../../src/domain/strategies/hash-spec.ts';
import { AppError } from '../../../src/domain/errors.ts';
import { type Evaluator } from '../../../src/ports/evaluator.ts';
import { type Stores } from '../../../src/ports/stores.ts';
import { reportOf } from '../../../src/reports/cycle/cycle-report.ts';
import { runCycleRequest, runRequestFor, type CycleRunRequest } from '../../../src/feed/cycle-run.ts';
import { runFeed, setMarketTime } from '../../../src/feed/feed.ts';
import { type AppContext } from '../../../src/runtime/context.ts';
import { openTestEnvironment, type TestEnvironment, type TestCompany } from '../../fixtures/company.ts';
import { HOUR, market } from '../../fixtures/synthetic-market.ts';

const START = Date.UTC(2025, 0, 1);
const BARS = 1600;
const SYMBOLS = ['AAA-USD', 'BBB-USD'];

let testEnvironment: TestEnvironment;
beforeAll(async () => {
  testEnvironment = await openTestEnvironment();
});
afterAll(() => testEnvironment.close());

/** The evaluator of the backtest threads, on the main thread. */
const inProcess = ({ data }: AppContext): Evaluator => ({
  async evaluate({ symbol, timeframe, asOf, ...evaluation }) {
    const series = await data.series({ symbol, timeframe, asOf });
    return valueOf(evaluate({ shared: new Map(), seriesKey: `${symbol}/${series.length}`, series, ...evaluation }));
  },
  close: async () => undefined,
});

interface CycleCompany extends TestCompany {
  readonly request: CycleRunRequest;
  readonly agents: (queues: readonly QueueName[], stores?: Partial<Stores>) => Promise<void>;
  readonly run: () => ReturnType<typeof runCycleRequest>;
}

/** A company with two oscillating markets and a small cycle. */
const withCycleCompany =
  (use: (cycleCompany: CycleCompany) => Promise<void>, bars = BARS, settings: Environment = {}) =>
  (): Promise<void> =>
    testEnvironment.withCompany(
      async (company) => {
        const { context } = company;
        for (const [i, symbol] of SYMBOLS.entries()) {
          const rng = createRng(i + 1);
          let close = 100;
          const candles = Array.from({ length: BARS }, (_, bar) => {
            const open = close;
            close = open * (1 + Math.sin(bar / 24) * 0.006 + 0.0004 + (rng.next() - 0.5) * 0.008);
            const [high, low] = [Math.max(open, close) * 1.001, Math.min(open, close) * 0.999];
            return { time: START + bar * HOUR, open, high, low, close, volume: 50_000 };
          });
          await context.stores.candles.saveMarket(context.descriptor.source, market(symbol), '1h');
          await context.stores.candles.put(context.descriptor.source, symbol, '1h', columnsOf(candles));
        }
        const now = START + bars * HOUR;
        await setMarketTime(context, now);
        const inputs = { symbols: SYMBOLS, timeframe: '1h', seed: 1, asOf: now - HOUR, settles: true } as const;
        const request = await runRequestFor(
          context.stores.cycles,
          context.descriptor.source,
          inputs,
          () => context.descriptor.account,
        );
        await use({
          ...company,
          request,
          async agents(queues, stores = {}) {
            await company.node(queues, { evaluator: inProcess(context), stores: { ...context.stores, ...stores } });
          },
          run: () => runCycleRequest(context, request),
        });
      },
      {
        environment: {
          CORP_AGENTS__GENERATOR__SPECS_PER_CYCLE: '40',
          CORP_AGENTS__GENERATOR__UNIT_SIZE: '8',
          CORP_AGENTS__OPTIMIZER__CANDIDATES: '2',
          CORP_AGENTS__OPTIMIZER__GRID_SIZE: '5',
          CORP_AGENTS__OPTIMIZER__FOLDS: '2',
          CORP_AGENTS__OPTIMIZER__MIN_TRADES: '3',
          CORP_AGENTS__SCANNER__MIN_BARS: '300',
          ...settings,
        },
      },
    );

const PHASES = ['scan', 'analyze', 'generate', 'backtest', 'optimize', 'select', 'review', 'execute'];

describe('a cycle', () => {
  it(
    'runs its eight phases once, counts every trial once, and gives every rejection a reason',
    withCycleCompany(async ({ context, agents, run, request, ask }) => {
      await agents(QUEUE_NAMES);
      const cycle = await run();
      expect(cycle).toMatchObject({ id: request.id, state: 'completed' });
      expect(cycle.phases.map(({ phase }) => phase)).toEqual(PHASES);
      expect(cycle.phases.every(({ jobs, ok, failed }) => ok === jobs && failed === 0)).toBe(true);
      const { stores } = context;
      const [units, trials, decisions] = await Promise.all([
        stores.workUnits.ofCycle(cycle.id),
        stores.trials.ofCycle(cycle.id),
        stores.decisions.ofCycle(cycle.id),
      ]);
      expect(units.every(({ state }) => state === 'done')).toBe(true);
      const key = (hash: string, symbol: string, { from, to }: { from: number; to: number }) =>
        `${hash}/${symbol}/${from}/${to}`;
      const wanted = units.flatMap(({ items, symbol }) => items.map(({ hash, window }) => key(hash, symbol, window)));
      const evaluated = trials
        .filter(({ stage }) => stage !== 'walk-forward')
        .map(({ strategyHash, symbol, window }) => key(strategyHash, symbol, window));
      expect(new Set(evaluated)).toEqual(new Set(wanted));
      // A unit contains no item twice.
      for (const { items, symbol } of units)
        expect(new Set(items.map(({ hash, window }) => key(hash, symbol, window))).size).toBe(items.length);
      const screened = trials.filter(({ stage }) => stage === 'screen');
      expect(screened.length).toBe(40);
      const screenings = decisions.filter(({ stage }) => stage === 'screen');
      expect(screenings).toHaveLength(screened.length);
      expect(decisions.every(({ reason }) => reason.length > 5)).toBe(true);

      // A second request gives the same cycle: nothing runs, nothing changes.
      expect(await run()).toEqual(cycle);
      expect(await stores.cycles.list(10)).toHaveLength(1);
      expect(await stores.trials.count(cycle.id)).toBe(trials.length);
      expect(await ask('task-manager', 'sweep', {})).toEqual({ restarted: [] });
      const report = await reportOf(context, cycle);
      const generated = new Set(screened.map(({ strategyHash }) => strategyHash)).size;
      expect(report.strategies).toMatchObject({ generated, trials: trials.length });
    }),
  );

  it(
    'judges the finds of remote workers like its own, on their market, and incubates them first',
    withCycleCompany(
      async ({ context, agents, run }) => {
        const { stores } = context;
        const average = (period: number) => ({ indicator: 'EMA', period });
        const { spec } = importGenome(
          {
            entry_rules: [{ left: average(10), op: '>', right: average(20) }],
            params: { sl_pct: 0.04, tp_pct: 0.08, size_pct: 0.2, max_positions: 1, direction: 'LONG', leverage: 1 },
          },
          { marketKind: 'spot' },
        );
        const hash = hashSpec(spec);
        const found = { family: 'imported', parameters: {}, spec, origin: 'remote', symbol: 'AAA-USD' } as const;
        const row = { hash, name: 'found', state: 'candidate', stateReason: 'found', timeframe: '1h' } as const;
        await stores.strategies.addMany([{ ...found, ...row, createdAt: START, updatedAt: START }]);
        await agents(QUEUE_NAMES);
        const cycle = await run();
        expect(cycle).toMatchObject({ state: 'completed' });
        const decisions = (await stores.decisions.ofCycle(cycle.id)).filter((one) => one.strategyHash === hash);
        expect(decisions.map(({ stage, symbol }) => [stage, symbol])).toEqual([
          ['screen', 'AAA-USD'],
          ['select', 'AAA-USD'],
        ]);
        expect(decisions[0]?.decision).toBe('candidate');
        expect(decisions[1]).toMatchObject({ decision: 'incubating' });
        expect(decisions[1]?.reason).toMatch(/found by remote workers: on paper first$/);
        const [measured] = (await stores.optimizations.ofCycle(cycle.id)).filter((one) => one.strategyHash === hash);
        expect(measured).toMatchObject({ optimizedHash: hash, gridSize: 1 });
        // Searches are planned for the market with matching candles at the workers; the coordinator is unreachable.
        const forwarded = await stores.forwarding.list({ cycleId: cycle.id });
        expect(forwarded.map(({ id, state }) => [id, state])).toEqual([
          [`${cycle.id}.forward.AAA-USD.u0`, 'planned'],
          [`${cycle.id}.forward.AAA-USD.u1`, 'planned'],
        ]);
      },
      BARS,
      {
        COORDINATOR_URL: 'http://127.0.0.1:9',
        CORP_AGENTS__BACKTEST__BACKEND: 'coordinator',
        CORP_AGENTS__BACKTEST__FORWARD__MARKETS:
          '{AAA-USD: {dataFile: AAA-USD_ONE_HOUR.csv, timeframe: 1h}, BBB-USD: {dataFile: BBB-USD_FIVE_MINUTE.csv, timeframe: 5m}}',
        CORP_AGENTS__BACKTEST__FORWARD__POLL_MS: '600000',
        CORP_AGENTS__OPTIMIZER__CANDIDATES: '40',
        CORP_AGENTS__SELECTOR__MAX_CORRELATION: '1',
        CORP_AGENTS__SELECTOR__ACTIVE__MIN_TRADES: '5',
        CORP_AGENTS__SELECTOR__ACTIVE__MIN_DEFLATED_SHARPE: '0.5',
      },
    ),
  );

  it.each(['is killed', 'never answers', 'answers HTML'])('completes beside a coordinator that %s', async (how) => {
    const server = createServer((_, response) => {
      if (how === 'answers HTML') response.writeHead(200, { 'content-type': 'text/html' }).end('<h1>Welcome</h1>');
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const stop = (): Promise<unknown> => {
      server.closeAllConnections();
      return server.listening ? once(server.close(), 'close') : Promise.resolve();
    };
    onTestFinished(async () => void (await stop()));
    if (how === 'is killed') await stop();
    const use = async ({ context, agents, run }: CycleCompany): Promise<void> => {
      await agents(QUEUE_NAMES);
      const cycle = await run();
      expect(cycle).toMatchObject({ state: 'completed' });
      expect((await reportOf(context, cycle)).forwarded).toMatchObject({ searches: 2, doneRemotely: 0, open: 2 });
    };
    await withCycleCompany(use, BARS, {
      COORDINATOR_URL: `http://127.0.0.1:${port}`,
      CORP_AGENTS__BACKTEST__BACKEND: 'coordinator',
      CORP_AGENTS__BACKTEST__FORWARD__MARKETS: '{AAA-USD: {dataFile: AAA-USD_ONE_HOUR.csv, timeframe: 1h}}',
      CORP_AGENTS__BACKTEST__FORWARD__TIMEOUT_MS: '300',
    })();
  });

  it(
    'requested twice at once is one cycle',
    withCycleCompany(async ({ context, agents, run }) => {
      await agents(QUEUE_NAMES);
      const [first, second] = await Promise.all([run(), run()]);
      expect(second).toEqual(first);
      expect(await context.stores.cycles.list(10)).toHaveLength(1);
      const orders = await context.stores.orders.list({ account: context.descriptor.account });
      expect(new Set(orders.map(({ clientOrderId }) => clientOrderId)).size).toBe(orders.length);
    }),
  );

  it(
    'ends as failed with the reason when too many jobs of a phase fail, and leaves dead letters',
    withCycleCompany(async ({ context, agents, run }) => {
      const saveAnalysis = () => Promise.reject(new AppError('disk-full', 'no room for analyses'));
      await agents(QUEUE_NAMES, { analyses: { ...context.stores.analyses, saveAnalysis } });
      const { state, reason, phases } = await run();
      expect(state).toBe('failed');
      expect(reason).toMatch(/^analyze: 2 of 2 jobs failed: analyze\.c\w+\.(AAA|BBB)-USD: no room for analyses; /);
      expect(phases.map(({ phase }) => phase)).toEqual(['scan', 'analyze']);
      expect((await context.stores.deadLetters.list(10)).map(({ code }) => code)).toEqual(['disk-full', 'disk-full']);
    }),
  );

  it(
    'continues without a market whose analysis failed',
    withCycleCompany(async ({ context, agents, run }) => {
      const { analyses } = context.stores;
      const saveAnalysis: typeof analyses.saveAnalysis = (id, analysis) =>
        analysis.symbol === 'AAA-USD'
          ? Promise.reject(new AppError('disk-full', 'no room'))
          : analyses.saveAnalysis(id, analysis);
      await agents(QUEUE_NAMES, { analyses: { ...analyses, saveAnalysis } });
      const { state, phases } = await run();
      expect(state).toBe('completed');
      expect(phases[1]).toMatchObject({ phase: 'analyze', jobs: 2, ok: 1, failed: 1 });
    }),
  );

  it(
    'a spec that cannot be evaluated fails its own trial, not its unit, and is rejected by name',
    withCycleCompany(async ({ context, agents, run }) => {
      const { strategies } = context.stores;
      let poisoned = '';
      const addMany: typeof strategies.addMany = (rows) =>
        strategies.addMany(
          rows.map((row) => {
            if (poisoned !== '' || row.origin !== 'random') return row;
            poisoned = row.hash;
            return { ...row, spec: { ...row.spec, side: 'short' } };
          }),
        );
      await agents(QUEUE_NAMES, { strategies: { ...strategies, addMany } });
      const cycle = await run();
      expect(cycle.state).toBe('completed');
      expect(cycle.phases.find(({ phase }) => phase === 'backtest')?.failed).toBe(0);
      const failed = (await context.stores.trials.ofCycle(cycle.id, 'screen')).filter(
        (t) => t.metrics.error !== undefined,
      );
      expect(failed.map(({ strategyHash }) => strategyHash)).toEqual([poisoned]);
      const decision = (await context.stores.decisions.ofCycle(cycle.id)).find(
        ({ strategyHash, symbol }) => strategyHash === poisoned && symbol === failed[0]?.symbol,
      );
      expect(decision).toMatchObject({ decision: 'rejected' });
      expect(decision?.reason).toContain('could not be evaluated');
      expect(decision?.reason).toContain('sold short');
    }),
  );

  it(
    'whose jobs are missing from Redis is resumed by the sweep, and counts nothing twice',
    withCycleCompany(async ({ context, agents, run, request, ask, until, broadcastsOn }) => {
      await agents(QUEUE_NAMES.filter((name) => name !== 'backtest'));
      const running = run();
      await until(() => broadcastsOn('cycle-progress').some(({ phase }) => phase === 'generate'));
      await until(async () => (await context.producer.queue('backtest').getJobCountByTypes('prioritized')) >= 5);
      expect(await ask('task-manager', 'sweep', {})).toEqual({ restarted: [] });
      await testEnvironment.deleteKeys(context.prefix);
      expect(await ask('task-manager', 'sweep', {})).toEqual({ restarted: [request.id] });
      await agents(['backtest']);
      const cycle = await running;
      expect(cycle.state).toBe('completed');
      expect(cycle.phases.map(({ phase }) => phase)).toEqual(PHASES);
      const trials = await context.stores.trials.ofCycle(cycle.id, 'screen');
      expect(trials).toHaveLength(40);
    }),
  );

  it(
    'whose job failed is resumed too',
    withCycleCompany(async ({ context, agents, run, ask, ended, request }) => {
      const { cycles } = context.stores;
      let broken = true;
      const recordPhase: typeof cycles.recordPhase = (id, phase) =>
        broken ? Promise.reject(new AppError('disk-full', 'no room')) : cycles.recordPhase(id, phase);
      await agents(QUEUE_NAMES, { cycles: { ...cycles, recordPhase } });
      await expect(run()).rejects.toThrow('no room');
      await ended('task-manager', cycleJobId(request.id));
      broken = false;
      expect(await ask('task-manager', 'sweep', {})).toEqual({ restarted: [request.id] });
      expect((await run()).state).toBe('completed');
    }),
  );
});

it(
  'ticks leave no additional connection open',
  withCycleCompany(async ({ context, agents, request }) => {
    await agents(QUEUE_NAMES);
    const feed = (candles: number): Promise<void> =>
      runFeed(context, {
        from: request.asOf + HOUR,
        to: request.asOf + HOUR + candles * HOUR,
        speed: Infinity,
        seed: 1,
        cycleEveryCandles: 10_000,
        abortSignal: new AbortController().signal,
      });
    await feed(3);
    const before = await testEnvironment.clients();
    await feed(10);
    expect(await context.data.now()).toBe(request.asOf + 11 * HOUR);
    const after = await testEnvironment.clients();
    expect(after.length).toBeLessThanOrEqual(before.length);
    const ticks = await context.producer.queue('trader').getJobCountByTypes('completed');
    expect(ticks).toBeGreaterThanOrEqual(10);
  }, BARS - 60),
);
