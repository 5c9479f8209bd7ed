import { FIELD_NAMES } from '../domain/fleet/reported-fields.ts';
import { runningOf, votesOf, type Unit } from '../domain/fleet/unit.ts';
import { type FleetResult, type FleetUnit } from '../ports/fleet/records.ts';

/** JSON forms of units and results. Names are snake_case, as in the Python protocol. */

export interface UnitCounts {
  readonly replicas_needed: number;
  /** Running or counted replicas. */
  readonly replicas_assigned: number;
  readonly replicas_completed: number;
}

function countsOf(unit: FleetUnit): UnitCounts {
  const before = unit.imported?.results ?? 0;
  const completed = votesOf(unit).length + before;
  return {
    replicas_needed: unit.wanted + before,
    replicas_assigned: completed + runningOf(unit).length,
    replicas_completed: completed,
  };
}

/** A unit without its parameters. Times are epoch ms. */
export function unitSummary(unit: FleetUnit) {
  return {
    work_unit_id: unit.id,
    key: unit.key.startsWith('#') ? null : unit.key,
    kind: unit.kind,
    state: unit.state,
    priority: unit.priority,
    ...countsOf(unit),
    reason: unit.reason === '' ? null : unit.reason,
    canonical_result_id: unit.canonical,
    created_at: unit.createdAt,
    ended_at: unit.endedAt,
    ...(unit.imported && { imported: { work_unit_id: unit.imported.id, results: unit.imported.results } }),
  };
}

export function resultDetail(result: FleetResult, unit: Unit | null) {
  const fields = Object.fromEntries(FIELD_NAMES.map((name) => [name, result[name]]));
  return {
    result_id: result.id,
    work_unit_id: result.unitId,
    worker_id: result.workerId,
    replica_number: result.replica,
    verdict: result.verdict,
    reason: result.reason === '' ? null : result.reason,
    is_canonical: unit?.canonical === result.id,
    submitted_at: result.submittedAt,
    worker_generation: result.generation,
    verification: result.verification,
    verification_note: result.verificationNote === '' ? null : result.verificationNote,
    ...fields,
    ...(result.specResults !== null && { spec_results: result.specResults }),
  };
}

/** A unit with its parameters, leases and results. Times are epoch ms. */
export function unitDetail(unit: FleetUnit, results: readonly FleetResult[]) {
  return {
    ...unitSummary(unit),
    strategy_params: unit.params,
    leases: unit.leases.map(({ replica, workerId, leasedAt, expiresAt, state }) => ({
      replica_number: replica,
      worker_id: workerId,
      leased_at: leasedAt,
      expires_at: expiresAt,
      state,
    })),
    results: results.map((result) => resultDetail(result, unit)),
  };
}
