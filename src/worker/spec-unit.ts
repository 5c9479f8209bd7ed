import { specUnitSchema, type SpecUnit } from '../../queues/spec-unit-schema.ts';
import { AppError } from '../domain/errors.ts';

/** Units of the Python workers' kind have no `specs`. */
export function isSpecUnit(params: unknown): boolean {
  return typeof params === 'object' && params !== null && 'specs' in params;
}

/** @throws AppError `bad-input` with the name of the field */
export function parseSpecUnit(params: unknown): SpecUnit {
  const result = specUnitSchema.safeParse(params);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  throw new AppError('bad-input', `${issue?.path.join('.') ?? ''}: ${issue?.message ?? 'is not a unit of specs'}`);
}
