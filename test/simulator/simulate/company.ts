import { type Job } from 'bullmq';
import { type QueueName, QUEUE_NAMES } from '../../../queues/names.ts';
import { type FlowNode, type Producer } from '../../../queues/producer.ts';
import { PRIORITIES, type MetaInput } from '../../../queues/meta.ts';
import { timeframeMs } from '../../../src/domain/market/timeframe.ts';
import { type AgentDeps } from '../../../processors/agent/define-agent.ts';
import { type Broadcaster } from '../../../src/ports/broadcaster.ts';
import { type MarketData } from '../../../src/ports/market-data.ts';
import { type Stores } from '../../../src/ports/stores.ts';
import { type JobWaiter } from '../../../src/feed/job-waiter.ts';
import { silent } from '../../fixtures/silent-logger.ts';
import { createPerform, type Perform } from '../world/perform.ts';
import { createLife, forever } from '../world/life.ts';
import { jobOf, LOCK_MS, type StoredJob } from '../ports/job-queues.ts';
import { watchedStores } from '../ports/watched-stores.ts';
import { brokerOf } from '../ports/broker.ts';
import { plainBrokerOf } from '../ports/plain-broker.ts';
import { marketDataOf } from '../ports/market-data.ts';
import { type Checks } from '../checks/checks.ts';
import { HISTORY } from '../plan/plan.ts';
import { BREAKERS, limitsOf } from './limits.ts';
import { ACCOUNT, SOURCE, type Simulation } from './simulation.ts';
import { type System } from './load-system.ts';

export const APPROVAL_SECRET = 'the simulator signs with this';
/** Entries at the next open. */
const ENTRIES = { type: 'market', offset: 0, postOnly: false, waitBars: 1, replacements: 0 } as const;
/** Virtual wall time between two candles, ms. */
const CANDLE_EVERY = 12_000;
const SCHEDULE_EVERY = 120_000;
const BEAT_EVERY = 20_000;
const SILENT_AFTER = 60_000;
const RUNS: readonly QueueName[] = ['ceo', 'analyst', 'risk-manager', 'trader'];

interface Running {
  readonly simulation: Simulation;
  readonly system: System;
  readonly checks: Checks;
}

/** Starts the company's process as the runtime does; another one follows when it crashes or is frozen. */
export function startLife({ simulation, system, checks }: Running, number: number): void {
  const { world, queues, plan, wake } = simulation;
  const startNext = (delayMs: number): void =>
    world.schedule(delayMs, () => {
      if (simulation.violation === null) startLife({ simulation, system, checks }, number + 1);
    });
  const life = createLife(number, (dead) => {
    if (simulation.life !== dead) return;
    simulation.life = null;
    world.schedule(LOCK_MS, () => queues.release(dead));
    startNext(world.rng.next() < 0.2 ? world.rng.integer(40_000, 120_000) : world.rng.integer(500, 15_000));
  });
  const freeze = life.freeze.bind(life);
  life.freeze = (until) => {
    freeze(until);
    world.schedule(LOCK_MS, () => {
      if (simulation.life !== life) return;
      simulation.life = null;
      queues.release(life);
      startNext(world.rng.integer(100, 3000));
    });
  };
  simulation.life = life;
  world.tell(() => `process ${number} starts`);

  const perform = createPerform(simulation, life, system);
  const clock = { now: () => Math.round(world.now() + simulation.skew) };
  const producer = producerOf(simulation, system, perform);
  const depsOf = (agent: QueueName) => {
    const stores = watchedStores(simulation, system, checks, life, agent, perform) as unknown as Stores;
    const market = marketDataOf(simulation, system, agent, perform);
    const data: MarketData = {
      ...market,
      async now() {
        const now = await market.now();
        checks.truth.timeRead.set(`${number}/${agent}`, { now, at: world.now() });
        return now;
      },
    };
    const broker =
      plan.profile === 'plain'
        ? plainBrokerOf(simulation, system, checks, { life, agent }, perform, stores, data)
        : brokerOf(simulation, system, checks, life, agent, perform);
    const base: AgentDeps = {
      clock,
      log: silent,
      audit: stores.audit,
      monitor: system.createAgentMonitor(agent, `node${number}`, clock),
    };
    const broadcaster: Broadcaster = { publish: () => perform(agent, 'broadcast', () => undefined) };
    const riskStates = system.createRiskStates({ riskState: stores.riskState, broker });
    return { ...base, stores, broker, data, broadcaster, riskStates, producer };
  };
  const { timeframe } = plan;
  const limits = limitsOf(plan);
  const ofAnalyst = depsOf('analyst');
  const ofRisk = depsOf('risk-manager');
  const ofTrader = depsOf('trader');
  const ofCeo = depsOf('ceo');
  const agents = {
    analyst: system.createAnalyst({ ...ofAnalyst, entries: ENTRIES }),
    'risk-manager': system.createRiskManager({
      ...ofRisk,
      limits,
      silentAfterMs: SILENT_AFTER,
      approvalSecret: APPROVAL_SECRET,
      slippageRate: 0.0005,
      entries: ENTRIES,
      timeframe,
      currency: 'USD',
      correlatedMarkets: system.createCorrelatedMarkets(ofRisk.data),
    }),
    trader: system.createTrader({ ...ofTrader, approvalSecret: APPROVAL_SECRET, breakers: BREAKERS }),
    ceo: system.createCeo({
      ...ofCeo,
      account: ACCOUNT,
      limits,
      silentAfterMs: SILENT_AFTER,
      breakers: BREAKERS,
      timeframe,
      isRealTime: false,
    }),
  };

  // Jobs without a deadline share a signal, which nothing aborts.
  const { signal } = new AbortController();
  const isCurrent = (): boolean => life.isAlive() && simulation.life === life && life.awake() === null;

  const runOnce = async (job: StoredJob): Promise<void> => {
    const agent = agents[job.queue as keyof typeof agents];
    world.tell(() => `${job.queue} ${job.name} ${job.id}${job.attemptsMade > 0 ? ` again (${job.attemptsMade})` : ''}`);
    simulation.running.set(job.queue, job.id);
    let end: () => void;
    try {
      const view: Job = jobOf(job);
      const value = await agent.process(view, 'token', signal);
      end = () => queues.complete(job, life, value);
    } catch (error) {
      const { message, name } = error as Error;
      world.tell(() => `   ${job.name} failed: ${message}`);
      end = () => queues.fail(job, life, message, name === 'UnrecoverableError');
    }
    await perform('queue', 'queue.complete', end);
  };

  const pump = (queue: QueueName): void => {
    if (!isCurrent() || !RUNS.includes(queue)) return;
    const redisBack = (simulation.down.get('redis') ?? 0) - world.now();
    if (redisBack > 0) {
      world.schedule(redisBack + 1, () => pump(queue));
      return;
    }
    const job = queues.take(queue, life);
    if (!job) return;
    const fault = simulation.faults.atJob(`${queue} ${job.name}`);
    if (!fault) {
      simulation.begin(runOnce(job));
      return;
    }
    simulation.disturb(`${fault.kind} ${queue} ${job.name}`);
    simulation.seen.add(`fault ${fault.kind}`);
    if (fault.kind === 'late-job') {
      simulation.begin(world.sleep(fault.ms).then(() => (life.isAlive() ? runOnce(job) : forever<void>())));
      return;
    }
    // A lost lock: the job runs twice, at the same time or one after the other.
    if (fault.ms % 2 === 0) {
      life.doubled.add(queue);
      simulation.begin(Promise.all([runOnce(job), runOnce(job)]).then(() => life.doubled.delete(queue)));
      return;
    }
    world.schedule(fault.ms, () => queues.again(job));
    simulation.begin(runOnce(job));
  };
  for (const queue of RUNS) wake.set(queue, () => pump(queue));

  const beat = (): void => {
    if (!life.isAlive()) return;
    if (life.awake() === null)
      for (const agent of QUEUE_NAMES)
        simulation.rows.agentStates.put({
          agent,
          node: `node${number}`,
          status: 'idle',
          lastSeen: clock.now(),
          startedAt: 0,
          completed: 0,
          failed: 0,
          busyMs: 0,
        });
    world.schedule(BEAT_EVERY, beat);
  };
  beat();

  const everyMinute = (): void => {
    if (!isCurrent()) return;
    const round = Math.floor(world.now() / SCHEDULE_EVERY);
    const meta = { priority: 'high' } as const;
    simulation.begin(producer.add('ceo', 'supervise', {}, { jobId: `supervise.${round}`, meta }));
    simulation.begin(
      producer.add('risk-manager', 'monitor', { account: ACCOUNT }, { jobId: `monitor.${round}`, meta }),
    );
    world.schedule(SCHEDULE_EVERY, everyMinute);
  };

  const waiterOf = (queue: QueueName): JobWaiter => {
    const ended = (ids: readonly string[]): Promise<void> =>
      new Promise<void>((resolve) => {
        const haveEnded = (): boolean =>
          ids.every((id) => {
            const job = queues.get(queue, id);
            return job === null || job.finishedOn !== undefined;
          });
        if (haveEnded()) resolve();
        else simulation.waiters.push({ ended: haveEnded, resolve });
      });
    return {
      until: () => forever<void>(),
      close: async () => undefined,
      ended,
      async resultOf(id, add, { withinMs } = {}) {
        await add();
        await (withinMs === undefined ? ended([id]) : Promise.race([ended([id]), world.sleep(withinMs)]));
        return queues.get(queue, id)?.returnvalue;
      },
    };
  };

  const drive = async (): Promise<void> => {
    const feed = depsOf('task-manager');
    const descriptor = { mode: 'simulated', source: SOURCE, account: ACCOUNT } as const;
    const config = {
      exchange: { timeframe },
      agents: { ceo: { dayStartsAt: '00:00', dayStopsAt: '23:00' }, heartbeat: { silentAfterMs: SILENT_AFTER } },
    } as const;
    const accounts = await system.companyAccounts(feed.stores.portfolio, ACCOUNT);
    for (const account of accounts) await system.awaitReconciliation(feed.riskStates, feed.stores.riskState, account);
    for (const account of accounts)
      await producer.add(
        'trader',
        'reconcile',
        { account },
        { meta: { priority: account === ACCOUNT ? 'critical' : 'high' } },
      );
    everyMinute();
    for (const queue of RUNS) pump(queue);
    const ticks = system.tickRunnerOf({ stores: feed.stores, producer, data: feed.data, descriptor, config }, waiterOf);
    const step = timeframeMs(timeframe);
    const from = plan.markets[0]!.time[HISTORY - 1]! + step;
    const pass = async (now: number): Promise<void> => {
      await ticks.run(now);
      await system.dayEvents({ producer, descriptor, config }, now - step, now);
    };
    let now = (await feed.stores.feed.get(SOURCE))?.now ?? from;
    await system.setMarketTime({ stores: feed.stores, descriptor, clock }, now);
    if (now > from) await pass(now);
    while (isCurrent() && simulation.hasNext()) {
      await world.sleep(CANDLE_EVERY);
      if (!isCurrent()) return;
      now += step;
      await system.setMarketTime({ stores: feed.stores, descriptor, clock }, now);
      await pass(now);
      while (isCurrent() && !queues.isIdle()) await world.sleep(50);
      if (!isCurrent()) return;
      checks.afterCandle();
      simulation.finishedAt = simulation.candle;
    }
  };
  // A feed that cannot go on ends its process.
  void drive().catch((error: unknown) => {
    world.tell(() => `   the feed ends: ${String(error)}`);
    life.crash();
  });
}

/** Jobs are added as the producer of the company adds them: parsed by their contracts. */
function producerOf(
  simulation: Simulation,
  { jobContractOf, metaSchema, AppError }: System,
  perform: Perform,
): Producer {
  const { queues } = simulation;
  const envelope = (queue: QueueName, name: string, payload: unknown, meta: MetaInput | undefined) => {
    const contract = jobContractOf(queue, name);
    if (!contract) throw new AppError('unknown-job', `queue '${queue}' has no job '${name}'`);
    const parsed = metaSchema.parse(meta ?? {});
    return { data: { meta: parsed, payload: contract.data.parse(payload) }, priority: PRIORITIES[parsed.priority] };
  };
  const addUnchecked: Producer['addUnchecked'] = async (queue, name, payload, options = {}) => {
    const { data, priority } = envelope(queue, name, payload, options.meta);
    await perform('queue', 'queue.add', () => queues.add({ queue, id: options.jobId ?? '', name, data, priority }));
    return options.jobId ?? '';
  };
  return {
    add: (queue, name, payload, options) => addUnchecked(queue, name, payload, options),
    addUnchecked,
    addFlow: (root: FlowNode) =>
      perform('queue', 'queue.addFlow', () =>
        queues.addFlow(root, ({ queue, name, payload, meta }) => envelope(queue, name, payload, meta)),
      ),
    queue: (name: QueueName) =>
      ({
        getJob: (id: string) =>
          perform('queue', 'queue.getJob', () => {
            const job = queues.get(name, id);
            return job && jobOf(job);
          }),
      }) as unknown as ReturnType<Producer['queue']>,
    close: async () => undefined,
  };
}
