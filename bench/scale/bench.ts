import { type CliIo } from '../../src/cli/output/io.ts';
import { loadCliConfig } from '../../src/cli/process/load-cli-config.ts';
import { round } from '../statistics.ts';
import { simulateFleet, type FleetOutcome, type FleetScenario } from './simulate-fleet.ts';

export interface ScaleBenchOptions {
  readonly nodes: number;
  readonly units: number;
  readonly serviceSeconds: number;
  readonly failureRate: number;
  readonly killShare: number;
  readonly seed: number;
}

interface ScaleRow {
  /** Name of the disturbance. */
  readonly scenario: string;
  readonly outcome: FleetOutcome;
}

export interface ScaleBenchReport extends ScaleBenchOptions {
  readonly rows: readonly ScaleRow[];
}

const REPLICAS = 2;
const LOSS_RATE = 0.01;
const OUTAGE_SECONDS = 300;
const MINUTE_MS = 60_000;

/** Simulates a fleet on a virtual clock: undisturbed, then with each disturbance alone, then with all of them. */
export function benchScale(io: CliIo, options: ScaleBenchOptions): ScaleBenchReport {
  const { coordinator } = loadCliConfig(io).agents;
  const { nodes, units, serviceSeconds, seed, failureRate, killShare } = options;
  const calm: FleetScenario = {
    nodes,
    units,
    replicas: REPLICAS,
    seed,
    serviceSeconds,
    failureRate: 0,
    lossRate: 0,
    killShare: 0,
    outageSeconds: 0,
    rules: { ...coordinator, leaseMs: coordinator.leaseMinutes * MINUTE_MS },
  };
  const disturbances: readonly (readonly [string, Partial<FleetScenario>])[] = [
    ['undisturbed', {}],
    [`${percent(failureRate)} of units never reported`, { failureRate }],
    [`${percent(LOSS_RATE)} of answers lost`, { lossRate: LOSS_RATE }],
    [`${percent(killShare)} of the nodes die halfway`, { killShare }],
    [`coordinator unavailable for ${OUTAGE_SECONDS} s`, { outageSeconds: OUTAGE_SECONDS }],
    ['all disturbances', { failureRate, lossRate: LOSS_RATE, killShare, outageSeconds: OUTAGE_SECONDS }],
  ];
  const rows = disturbances.map(([scenario, disturbance]): ScaleRow => {
    io.complain(scenario);
    return { scenario, outcome: simulateFleet({ ...calm, ...disturbance }) };
  });
  return { ...options, rows };
}

export function printScaleBench(io: CliIo, report: ScaleBenchReport): void {
  io.print(
    `${report.nodes} nodes, ${report.units} units of ${REPLICAS} replicas, ${report.serviceSeconds} s each (median), on a virtual clock; ` +
      'the decisions are made by the coordinator code\n',
  );
  io.table(
    report.rows.map(({ scenario, outcome }) => ({
      scenario,
      completed: outcome.completed,
      failed: outcome.failed,
      open: outcome.open,
      'units/h': Math.round(outcome.unitsPerHour),
      'x ideal time': round(outcome.seconds / outcome.idealSeconds, 2),
      utilisation: percent(outcome.utilisation),
      waste: percent(outcome.waste),
      'expired leases': outcome.expiredLeases,
      late: outcome.lateReports,
      double: outcome.doubleReports,
      'recovery s': outcome.recoverySeconds === null ? null : Math.round(outcome.recoverySeconds),
      fairness: round(outcome.fairness, 3),
      'counted twice': outcome.countedTwice,
    })),
    '',
  );
}

const percent = (share: number): string => `${(100 * share).toFixed(1)} %`;
