import { AppError } from '../../src/domain/errors.ts';
import { type Cycle } from '../../src/domain/research/cycle.ts';
import { type CycleStore } from '../../src/ports/stores.ts';

/** @throws AppError `unknown-cycle`. */
export async function requireCycle(cycles: CycleStore, id: string): Promise<Cycle> {
  const cycle = await cycles.get(id);
  if (!cycle)
    throw new AppError('unknown-cycle', `there is no cycle ${id}`, { advice: 'List cycles with GET /api/cycles' });
  return cycle;
}
