import { judgeReport, type WorkerVersion } from '../judge-report.ts';
import { FIELD_NAMES, readReport, type ReportedFields } from '../reported-fields.ts';
import { type ResultVerdict } from '../unit.ts';
import { idOf, type LooseRow, type RowFault } from './loose-row.ts';
import { looseTime } from './loose-time.ts';
import { rowKey } from './unit-row.ts';

/** A result of the Python coordinator. */
export interface ImportedResult {
  /** Its number there. */
  readonly id: number;
  /** The number of its unit there. */
  readonly unitId: number;
  readonly key: string;
  readonly workerId: string;
  readonly fields: ReportedFields;
  /** `imported`, or why its figures mean nothing. */
  readonly verdict: Extract<ResultVerdict, 'imported' | 'constants' | 'untrusted'>;
  readonly reason: string;
  readonly generation: WorkerVersion;
  /** Epoch ms; null when the row has no readable time. */
  readonly submittedAt: number | null;
}

const LONGEST_ID = 200;

/** Reads a row of `results`. */
export function readResultRow(row: LooseRow): ImportedResult | RowFault {
  const id = idOf(row['id']);
  if (id === null) return { fault: 'id is not a positive number' };
  const unitId = idOf(row['work_unit_id']);
  if (unitId === null) return { fault: 'work_unit_id is not a positive number' };
  const workerId = row['worker_id'] === null || row['worker_id'] === undefined ? '' : String(row['worker_id']);
  if (workerId === '' || workerId.length > LONGEST_ID) return { fault: 'worker_id is missing or too long' };
  if (typeof row['pnl'] !== 'number') return { fault: 'pnl is not a number' };
  // A column that is missing or null has the default of a report without the field.
  const body = Object.fromEntries(FIELD_NAMES.map((name) => [name, row[name] ?? undefined]));
  const reading = readReport(body);
  if (reading.fault !== null) return { fault: reading.fault };
  const judged = judgeReport(reading);
  const { verdict, reason } = judged;
  if (verdict === 'invalid') return { fault: reason };
  return {
    id,
    unitId,
    key: rowKey('result', id, [unitId, workerId, row['submitted_at'] ?? null, row['pnl'], row['trades'] ?? null]),
    workerId,
    fields: reading.fields,
    verdict: verdict === 'accepted' ? 'imported' : verdict,
    reason,
    // The database has all columns for reports of any worker, so only these two can be told apart.
    generation: verdict === 'untrusted' ? 'unknown' : judged.version,
    submittedAt: looseTime(row['submitted_at']),
  };
}
