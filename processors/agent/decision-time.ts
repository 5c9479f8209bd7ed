import { type Stores } from '../../src/ports/stores.ts';

export interface DecisionTimeDeps {
  readonly stores: Pick<Stores, 'cycles'>;
}

/**
 * Market time at which a decision is made, epoch ms: now, by which age and prices are judged. A cycle that settles decides
 * one candle before the end of its candles (ADR 0007); prices of its last candle would be those of the future.
 * @param marketTime now, epoch ms
 */
export async function decisionTime(
  { stores }: DecisionTimeDeps,
  cycleId: string | undefined,
  marketTime: number,
): Promise<number> {
  const cycle = cycleId === undefined ? null : await stores.cycles.get(cycleId);
  return cycle?.settles === true ? cycle.asOf : marketTime;
}
