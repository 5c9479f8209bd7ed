import { type Response } from 'express';
import { z } from 'zod';
import { answeredBy } from '../../http/deadline.ts';
import { countText, limitField } from '../../http/input-fields.ts';
import { badRequest, RequestError } from '../../http/request-error.ts';
import { defineRoute, type Route } from '../../http/route.ts';
import { reasonField } from '../../../queues/fields.ts';
import { type StrategyParams } from '../../domain/fleet/strategy-params.ts';
import { type FleetRules, isOpen, UNIT_STATES } from '../../domain/fleet/unit.ts';
import { isResting, restEnd } from '../../domain/fleet/worker.ts';
import { type Clock } from '../../ports/clock.ts';
import { type FleetUnit } from '../../ports/fleet/records.ts';
import { type FleetStores } from '../../ports/fleet/stores.ts';
import { attentionOf, readFleetState } from '../attention.ts';
import { type Creation } from '../create-units.ts';
import { errorBody } from '../error-body.ts';
import { type Fleet } from '../fleet.ts';
import { type FleetSummary } from '../summary.ts';
import { unitRequestReader, type UnitDefaults } from '../unit-request.ts';
import { resultDetail, unitDetail, unitSummary } from '../wire.ts';

const TAG = 'work units';
export const WORK_UNITS = '/api/work_units';
const MAX_BATCH = 500;

const unitParams = z.strictObject({ id: countText });
const batchBody = z.strictObject({ work_units: z.array(z.unknown()).min(1).max(MAX_BATCH) });

function conflictOf(creation: Extract<Creation, { readonly kind: 'conflict' }>): RequestError {
  const { key, id } = creation;
  return new RequestError(409, 'key-in-use', `key '${key}' belongs to work unit ${id}, whose request was different`);
}

/** What the client of a new or open unit should know; no field when there is nothing. */
function noteOf(ignored: readonly string[], params: StrategyParams, files: ReadonlySet<unknown>): object {
  const { data_file: file } = params;
  const notes = [
    ...(ignored.length > 0 ? [`ignored, since no worker reads it: ${ignored.join(', ')}`] : []),
    ...(typeof file === 'string' && !files.has(file)
      ? [`no worker has reported on ${file} lately: one that does not have the file stays silent`]
      : []),
  ];
  return notes.length > 0 ? { note: notes.join('; ') } : {};
}

const answerOf = ({ kind, id }: Exclude<Creation, { readonly kind: 'conflict' }>, note: object): object => ({
  work_unit_id: id,
  created: kind === 'created',
  ...note,
});

export interface WorkUnitDeps {
  readonly fleet: Pick<Fleet, 'createUnits' | 'cancel' | 'flush'>;
  readonly stores: Pick<FleetStores, 'units' | 'results' | 'orphans' | 'workers' | 'files'>;
  readonly defaults: UnitDefaults;
  /** Why no result can be verified here; null when some can. */
  readonly verificationObstacle: string | null;
  readonly summary: Pick<FleetSummary, 'reportedFiles'>;
  readonly rules: FleetRules;
  readonly clock: Clock;
}

/** Routes that the Python coordinator lacks: create, read and cancel units of any kind. */
export function workUnitRoutes(deps: WorkUnitDeps): readonly Route[] {
  const { fleet, stores, summary, defaults, verificationObstacle, rules, clock } = deps;
  const { units, results, orphans } = stores;
  const readRequest = unitRequestReader(defaults);

  async function find(id: number): Promise<FleetUnit> {
    const unit = await units.get(id);
    if (unit) return unit;
    throw new RequestError(404, 'unknown-work-unit', `there is no work unit ${id}`);
  }

  async function createOne(body: unknown, response: Response): Promise<void> {
    const read = readRequest(body);
    if ('error' in read) throw badRequest('body', read.error);
    const [[creation], files] = await answeredBy(
      'store',
      Promise.all([fleet.createUnits([read.request]), summary.reportedFiles()]),
    );
    if (creation === undefined) throw new RequestError(500, 'internal-error', 'the work unit was not created');
    if (creation.kind === 'conflict') throw conflictOf(creation);
    response
      .status(creation.kind === 'created' ? 201 : 200)
      .json(answerOf(creation, noteOf(read.ignored, read.request.params, files)));
  }

  return [
    {
      method: 'post',
      path: WORK_UNITS,
      tag: TAG,
      summary: 'Creates a unit; idempotent for the same key and body',
      produces: 'application/json',
      respond: (request, response) => createOne(request.body, response),
    },
    defineRoute({
      method: 'post',
      path: `${WORK_UNITS}/batch`,
      tag: TAG,
      summary: `Creates up to ${MAX_BATCH} units; each has its own answer`,
      body: batchBody,
      needs: 'store',
      async handle({ body: { work_units } }) {
        const readings = work_units.map(readRequest);
        const creations = await fleet.createUnits(
          readings.flatMap((reading) => ('error' in reading ? [] : [reading.request])),
        );
        const files = await summary.reportedFiles();
        let next = 0;
        const answers = readings.map((reading) => {
          if ('error' in reading) return errorBody(badRequest('', reading.error));
          const creation = creations[next];
          next += 1;
          if (creation === undefined) throw new RequestError(500, 'internal-error', 'a work unit was not created');
          if (creation.kind === 'conflict') return errorBody(conflictOf(creation));
          return answerOf(creation, noteOf(reading.ignored, reading.request.params, files));
        });
        return { work_units: answers };
      },
    }),
    defineRoute({
      method: 'get',
      path: WORK_UNITS,
      tag: TAG,
      summary: 'Units by number; pass `next` as `after` to get the next page',
      query: z.strictObject({
        state: z.enum(UNIT_STATES).optional(),
        limit: limitField,
        after: countText.default(0),
      }),
      needs: 'store',
      async handle({ query: { state, limit, after } }) {
        const found = await units.list({ after, limit, ...(state && { state }) });
        const last = found.length === limit ? (found.at(-1)?.id ?? null) : null;
        return { work_units: found.map(unitSummary), next: last };
      },
    }),
    defineRoute({
      method: 'get',
      path: `${WORK_UNITS}/:id`,
      tag: TAG,
      summary: 'One unit with its parameters, leases and results',
      params: unitParams,
      needs: 'store',
      async handle({ params }) {
        const unit = await find(params.id);
        const [reports, files] = await Promise.all([results.ofUnit(unit.id), summary.reportedFiles()]);
        const isSilent = isOpen(unit) && reports.length === 0;
        return { ...unitDetail(unit, reports), ...(isSilent && noteOf([], unit.params, files)) };
      },
    }),
    defineRoute({
      method: 'post',
      path: `${WORK_UNITS}/:id/cancel`,
      tag: TAG,
      summary: 'Cancels a unit; reports that arrive later do not count',
      params: unitParams,
      body: z.strictObject({ reason: reasonField.exactOptional() }).optional(),
      needs: 'store',
      async handle({ params, body }) {
        await find(params.id);
        const unit = await fleet.cancel(params.id, body?.reason ?? 'cancelled by the client');
        if (unit?.state === 'cancelled') return unitSummary(unit);
        throw new RequestError(409, 'already-ended', `work unit ${params.id} is already ${unit?.state ?? 'removed'}`);
      },
    }),
    defineRoute({
      method: 'get',
      path: '/api/results/:id',
      tag: TAG,
      summary: 'One result with all reported fields',
      params: unitParams,
      needs: 'store',
      async handle({ params }) {
        const result = await results.get(params.id);
        if (!result) throw new RequestError(404, 'unknown-result', `there is no result ${params.id}`);
        return resultDetail(result, await units.get(result.unitId));
      },
    }),
    defineRoute({
      method: 'get',
      path: '/api/orphans',
      tag: TAG,
      summary: 'Reports on units that do not exist or were never assigned to the worker; they are not counted',
      query: z.strictObject({ limit: limitField }),
      needs: 'store',
      async handle({ query }) {
        const found = await orphans.list(query.limit);
        return {
          orphans: found.map(({ workId, workerId, why, report, submittedAt }) => ({
            work_id: workId,
            worker_id: workerId,
            why,
            submitted_at: submittedAt,
            report,
          })),
        };
      },
    }),
    defineRoute({
      method: 'get',
      path: '/api/fleet',
      tag: TAG,
      summary: 'All details of workers, and the number of results by verdict',
      needs: 'store',
      async handle() {
        await fleet.flush();
        const now = clock.now();
        const [state, verdicts, states] = await Promise.all([
          readFleetState(stores, rules, now),
          results.counts(),
          units.counts(),
        ]);
        const { next, waiting, judgement } = state;
        return {
          attention: attentionOf(state),
          waiting: { work_units: waiting, next: next?.id ?? null, since: next?.turn ?? null },
          verification: {
            obstacle: verificationObstacle,
            files_in_doubt: judgement.inDoubt.map(({ file, hosts }) => ({ file, differing_hosts: hosts })),
          },
          workers: state.workers.map((worker) => ({
            worker_id: worker.id,
            hostname: worker.host,
            platform: worker.platform,
            generation: worker.generation,
            first_seen: worker.firstSeen,
            last_seen: worker.lastSeen,
            completed: worker.completed,
            refused: worker.refused,
            surplus: worker.surplus,
            execution_seconds: worker.executionSeconds,
            suspect_over: worker.suspectOver,
            suspended_for: [...(judgement.suspended.get(worker.id) ?? [])].sort(),
            resting_until: isResting(worker, now) ? restEnd(worker) : null,
            quarantine: worker.quarantine === '' ? null : worker.quarantine,
          })),
          results: verdicts,
          work_units: states,
        };
      },
    }),
  ];
}
