import { z } from 'zod';
import { parseInput, RequestError } from '../../http/request-error.ts';
import { defineRoute, type Route } from '../../http/route.ts';
import { kindByName } from '../../domain/market/market-name.ts';
import { type Fleet } from '../fleet.ts';
import { PRIORITY, type UnitDefaults } from '../unit-request.ts';

const CONTRACT = /^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$/;
/** Contracts of which the Python coordinator names another file than FIVE_MINUTE. */
const ONE_MINUTE: readonly string[] = ['SOL-27MAR26-CDE', 'SLR-25FEB26-CDE'];

/** Other keys are dropped, as there. */
const bodySchema = (most: number) =>
  z.object({
    contract: z.string(),
    population_size: z.int().min(1).max(100_000).default(30),
    generations: z.int().min(1).max(100_000).default(50),
    risk_level: z.enum(['LOW', 'MEDIUM', 'HIGH']).default('MEDIUM'),
    max_candles: z.int().min(0).max(100_000_000).default(50_000),
    max_leverage: z.number().min(1).max(100).default(5),
    direction: z.string().max(200).default('BOTH'),
    replicas: z.int().min(1).max(most).default(2),
  });

const isEmpty = (body: unknown): boolean =>
  typeof body !== 'object' || body === null || Array.isArray(body) || Object.keys(body).length === 0;

/** The only way to create a unit at the Python coordinator over HTTP; its answers and messages. */
export function futuresUnitRoute(fleet: Pick<Fleet, 'createUnits'>, { maxReplicas }: UnitDefaults): Route {
  const schema = bodySchema(maxReplicas);
  return defineRoute({
    method: 'post',
    path: '/api/futures/create_work_unit',
    tag: 'work units',
    summary: 'Creates a search on a futures contract, as at the Python coordinator',
    body: z.unknown(),
    needs: 'store',
    async handle({ body }) {
      if (isEmpty(body)) throw new RequestError(400, 'bad-request', 'No JSON data provided');
      const { contract: named } = body as { readonly contract?: unknown };
      if (named === undefined || named === null || named === '') {
        throw new RequestError(400, 'bad-request', 'contract parameter required');
      }
      const { contract, replicas, ...search } = parseInput('body', schema, body);
      if (!CONTRACT.test(contract) || kindByName(contract) === 'spot') {
        throw new RequestError(400, 'bad-request', `No data file found for contract ${contract.slice(0, 100)}`);
      }
      const words = ONE_MINUTE.includes(contract) ? 'ONE_MINUTE' : 'FIVE_MINUTE';
      const params = {
        ...search,
        data_file: `data_futures/${contract}_${words}.csv`,
        market_type: 'FUTURES',
        is_perpetual: true,
        contract,
        asset: contract.split('-')[0] ?? contract,
      };
      const [creation] = await fleet.createUnits([{ kind: 'genetic', params, replicas, priority: PRIORITY }]);
      if (creation === undefined) throw new RequestError(500, 'internal-error', 'the work unit was not created');
      return { status: 'success', work_unit_id: creation.id, strategy_params: params, replicas };
    },
  });
}
