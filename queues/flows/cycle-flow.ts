import { type Timeframe } from '../../src/domain/market/timeframe.ts';
import { type MetaInput } from '../meta.ts';
import { type FlowNode } from '../producer.ts';

/** Fields of a cycle that the flow builders need. Times are epoch ms. */
export interface CycleIdentity {
  readonly id: string;
  readonly account: string;
  readonly timeframe: Timeframe;
  readonly asOf: number;
}

export interface AccountIntents {
  readonly account: string;
  /** Ids. */
  readonly intents: readonly string[];
}

export interface CandidatePlan {
  readonly strategyHash: string;
  readonly symbol: string;
  readonly units: readonly string[];
}

/** Metadata of a cycle's jobs. */
const metaOf = (cycle: Pick<CycleIdentity, 'id'>, priority: MetaInput['priority'] = 'normal'): MetaInput => ({
  cycleId: cycle.id,
  causedBy: `task-manager/cycle.${cycle.id}`,
  priority,
});

/** Id of the job that runs a cycle. All ids here are functions of the cycle, so a rebuilt phase names the same jobs. */
export const cycleJobId = (cycleId: string): string => `cycle.${cycleId}`;

/** Id of the job that forwards one unit to remote workers. */
export const forwardJobId = (unitId: string): string => `forward.${unitId}`;

/** The job that runs one work unit. */
export const runUnit = (cycle: Pick<CycleIdentity, 'id'>, unitId: string): FlowNode => ({
  queue: 'backtest',
  name: 'run-unit',
  payload: { unitId },
  jobId: `run-unit.${unitId}`,
  meta: metaOf(cycle, 'low'),
});

export function scanPhase(cycle: CycleIdentity): readonly FlowNode[] {
  return [
    {
      queue: 'market-scanner',
      name: 'scan',
      payload: { cycleId: cycle.id },
      jobId: `scan.${cycle.id}`,
      meta: metaOf(cycle),
    },
  ];
}

export function analyzePhase(cycle: CycleIdentity, symbols: readonly string[]): readonly FlowNode[] {
  return symbols.map((symbol) => ({
    queue: 'analyst',
    name: 'analyze',
    payload: { cycleId: cycle.id, symbol },
    jobId: `analyze.${cycle.id}.${symbol}`,
    meta: metaOf(cycle),
  }));
}

export function generatePhase(cycle: CycleIdentity): readonly FlowNode[] {
  return [
    {
      queue: 'strategy-generator',
      name: 'generate',
      payload: { cycleId: cycle.id },
      jobId: `generate.${cycle.id}`,
      meta: metaOf(cycle),
    },
  ];
}

export function backtestPhase(cycle: CycleIdentity, units: readonly string[]): readonly FlowNode[] {
  return units.map((unitId) => runUnit(cycle, unitId));
}

export function planPhase(cycle: CycleIdentity): readonly FlowNode[] {
  return [
    {
      queue: 'optimizer',
      name: 'plan',
      payload: { cycleId: cycle.id },
      jobId: `plan.${cycle.id}`,
      meta: metaOf(cycle),
    },
  ];
}

/** Each `optimize` waits for the work units of its grid. */
export function optimizePhase(cycle: CycleIdentity, candidates: readonly CandidatePlan[]): readonly FlowNode[] {
  return candidates.map(({ strategyHash, symbol, units }) => ({
    queue: 'optimizer',
    name: 'optimize',
    payload: { cycleId: cycle.id, strategyHash, symbol },
    jobId: `optimize.${cycle.id}.${symbol}.${strategyHash.slice(0, 16)}`,
    meta: metaOf(cycle),
    children: units.map((unitId) => runUnit(cycle, unitId)),
  }));
}

/** One flow: `execute` waits for `review`, which waits for `select` and for the CEO's macro stance. */
export function decidePhase(cycle: CycleIdentity): readonly FlowNode[] {
  return [
    {
      queue: 'trader',
      name: 'execute',
      payload: { account: cycle.account },
      jobId: `execute.${cycle.id}`,
      meta: metaOf(cycle, 'high'),
      children: [
        {
          queue: 'risk-manager',
          name: 'review',
          payload: { account: cycle.account },
          jobId: `review.${cycle.id}`,
          meta: metaOf(cycle, 'high'),
          children: [
            {
              queue: 'strategy-selector',
              name: 'select',
              payload: { cycleId: cycle.id },
              jobId: `select.${cycle.id}`,
              meta: metaOf(cycle),
            },
            {
              queue: 'ceo',
              name: 'set-stance',
              payload: { account: cycle.account, cycleId: cycle.id },
              jobId: `set-stance.${cycle.id}`,
              meta: metaOf(cycle),
            },
          ],
        },
      ],
    },
  ];
}

/** The same for the first intents of incubating strategies, each on its own account. */
export function incubatePhase(cycle: CycleIdentity, incubation: readonly AccountIntents[]): readonly FlowNode[] {
  return incubation.map(({ account, intents }) => ({
    queue: 'trader',
    name: 'execute',
    payload: { account },
    jobId: `execute.${cycle.id}.${account}`,
    meta: metaOf(cycle),
    children: [
      {
        queue: 'risk-manager',
        name: 'review',
        payload: { account, intents: [...intents] },
        jobId: `review.${cycle.id}.${account}`,
        meta: metaOf(cycle),
      },
    ],
  }));
}

/** For markets whose next candle is already known: the venue applies it before the cycle reports. */
export function concludePhase(
  cycle: CycleIdentity,
  symbols: readonly string[],
  incubation: readonly Pick<AccountIntents, 'account'>[],
): readonly FlowNode[] {
  const { timeframe, asOf: candleTime } = cycle;
  const settle = (account: string, jobId: string): FlowNode => ({
    queue: 'trader',
    name: 'settle',
    payload: { account, symbols: [...symbols], timeframe, candleTime },
    jobId,
    meta: metaOf(cycle, 'high'),
  });
  return [
    settle(cycle.account, `settle.${cycle.id}`),
    ...incubation.map(({ account }) => settle(account, `settle.${cycle.id}.${account}`)),
  ];
}

/** All nodes of the trees, parents before children. */
export function flatten(nodes: readonly FlowNode[]): readonly FlowNode[] {
  return nodes.flatMap((node) => [node, ...flatten(node.children ?? [])]);
}
