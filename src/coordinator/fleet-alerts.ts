import { type FileRecord } from '../domain/fleet/file-record.ts';
import { type FleetJudgement } from '../domain/fleet/judge-fleet.ts';
import { type Alert } from '../ports/records.ts';

/** Alerts on the present judgement. Their keys stay the same, so that each is raised once. */
export function alertsOf(judgement: FleetJudgement, records: readonly FileRecord[]): readonly Omit<Alert, 'at'>[] {
  const { suspended, inDoubt, lying } = judgement;
  const copyOf = new Map(records.map(({ file, copy }) => [file, copy]));
  return [
    ...inDoubt.map(({ file, copy, hosts }) => ({
      key: `file-in-doubt/${file}/${copy}`,
      severity: 'warning' as const,
      title: 'Candle file in doubt',
      text: `our copy of ${file} differs from those of ${hosts.join(', ')}, and no host agrees with it; results on it are no longer verified. Replace it by the workers' file`,
    })),
    ...[...suspended].flatMap(([workerId, files]) =>
      [...files].map((file) => ({
        key: `worker-suspended/${workerId}/${file}/${copyOf.get(file) ?? ''}`,
        severity: 'warning' as const,
        title: 'Worker suspended for a file',
        text: `worker ${workerId} gives other figures than ours for ${file}; it gets no work on this file. Compare the two copies`,
      })),
    ),
    ...lying.map(({ workerId, reason }) => ({
      key: `worker-quarantined/${workerId}/${reason}`,
      severity: 'critical' as const,
      title: 'Worker quarantined',
      text: `worker ${workerId} gets no more work, and its results do not count: ${reason}`,
    })),
  ];
}
