import { type Config } from '../../config/schema.ts';
import { type FleetRules } from '../domain/fleet/unit.ts';

const MINUTE_MS = 60_000;

/** Rules of the coordinator by config/agents.yaml. */
export function fleetRules({ agents }: Config): FleetRules {
  const { leaseMinutes, maxExpiries, maxReplicas, distinct } = agents.coordinator;
  return { leaseMs: leaseMinutes * MINUTE_MS, maxExpiries, maxReplicas, distinct };
}
