import { type Timeframe } from '../../src/domain/market/timeframe.ts';
import { type MetaInput } from '../meta.ts';
import { type FlowNode } from '../producer.ts';

/** What the builders need to know of a cycle. */
export interface CycleIdentity {
  readonly id: string;
  readonly account: string;
  readonly timeframe: Timeframe;
  readonly asOf: number;
}

export interface CandidatePlan {
  readonly strategyHash: string;
  readonly symbol: string;
  readonly units: readonly string[];
}

/** Ids are functions of the cycle, so that a phase built again after a crash names the same jobs. */
const metaOf = (cycle: Pick<CycleIdentity, 'id'>, priority: MetaInput['priority'] = 'normal'): MetaInput => ({
  cycleId: cycle.id,
  causedBy: `task-manager/cycle.${cycle.id}`,
  priority,
});

/** The job that runs a cycle from its first phase to its report. */
export const cycleJobId = (cycleId: string): string => `cycle.${cycleId}`;

/** The job that has one unit done by remote workers. */
export const forwardJobId = (unitId: string): string => `forward.${unitId}`;

/** The job of one work unit. */
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

/** Where the next candle is known already, the venue acts on it before the cycle reports. */
export function concludePhase(cycle: CycleIdentity, symbols: readonly string[]): readonly FlowNode[] {
  return symbols.map((symbol) => ({
    queue: 'trader',
    name: 'settle',
    payload: { account: cycle.account, symbol, timeframe: cycle.timeframe, candleTime: cycle.asOf },
    jobId: `settle.${cycle.id}.${symbol}`,
    meta: metaOf(cycle, 'high'),
  }));
}

/** The nodes of trees, parents before children. */
export function flatten(nodes: readonly FlowNode[]): readonly FlowNode[] {
  return nodes.flatMap((node) => [node, ...flatten(node.children ?? [])]);
}
