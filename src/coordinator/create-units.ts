import { canonicalJson } from '../domain/identity/canonical-json.ts';
import { sha256 } from '../domain/identity/sha256.ts';
import { candleFileOf, evaluatesOneGenome, type StrategyParams } from '../domain/fleet/strategy-params.ts';
import { newUnit, type UnitKind } from '../domain/fleet/unit.ts';
import { type Clock } from '../ports/clock.ts';
import { type FleetUnit } from '../ports/fleet/records.ts';
import { type FleetStores } from '../ports/fleet/stores.ts';
import { type UnitQueue } from './unit-queue.ts';

export interface UnitRequest {
  /** The client's idempotency key: a repeated request creates no second unit. */
  readonly key?: string | undefined;
  readonly kind: UnitKind;
  readonly params: StrategyParams;
  readonly replicas: number;
  readonly priority: number;
  /** A canary for this worker. */
  readonly onlyFor?: string;
}

/** `conflict`: the key belongs to a different request. */
export type Creation =
  | { readonly kind: 'created' | 'known'; readonly id: number }
  | { readonly kind: 'conflict'; readonly id: number; readonly key: string };

const hashOf = ({ key: _, ...request }: UnitRequest): string => sha256(canonicalJson(request));

/** Creates units, or returns the existing ones with the same key. Results are in the order of the requests. */
export function createUnitCreator(
  { units, counters }: Pick<FleetStores, 'units' | 'counters'>,
  unitQueue: UnitQueue,
  clock: Clock,
) {
  return async function createUnits(requests: readonly UnitRequest[]): Promise<readonly Creation[]> {
    if (requests.length === 0) return [];
    const first = await counters.take('units', requests.length);
    const createdAt = clock.now();
    const drafts = requests.map((request, i): FleetUnit => {
      const { kind, params, replicas, priority, onlyFor } = request;
      const file = candleFileOf(params);
      const id = first + i;
      const deterministic = kind === 'specs' || evaluatesOneGenome(params);
      return {
        ...newUnit({
          ...{ id, kind, deterministic, replicas, priority, createdAt },
          ...(file !== undefined && { file }),
          ...(onlyFor !== undefined && { onlyFor }),
        }),
        key: request.key ?? `#${id}`,
        requestHash: hashOf(request),
        params,
        inStep: true,
        version: 1,
      };
    });
    const added = await units.add(drafts);
    const stored = added === drafts.length ? drafts : await units.byKeys([...new Set(drafts.map(({ key }) => key))]);
    const byKey = new Map(stored.map((unit) => [unit.key, unit]));
    return drafts.map((draft): Creation => {
      const unit = byKey.get(draft.key) ?? draft;
      if (unit.id === draft.id) {
        unitQueue.put(draft);
        return { kind: 'created', id: draft.id };
      }
      if (unit.requestHash === draft.requestHash) return { kind: 'known', id: unit.id };
      return { kind: 'conflict', id: unit.id, key: draft.key };
    });
  };
}
