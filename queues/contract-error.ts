import { type z } from 'zod';
import { AppError } from '../src/domain/errors.ts';

/** A message that does not fit its contract. `issues` name the field and what is wrong with it. */
export class ContractError extends AppError {
  readonly issues: readonly { readonly path: string; readonly message: string }[];

  constructor(where: string, error: z.ZodError) {
    const issues = error.issues.map((issue) => ({ path: issue.path.map(String).join('.'), message: issue.message }));
    super(
      'bad-message',
      `${where}: ${issues.map((i) => `${i.path === '' ? '(whole)' : i.path}: ${i.message}`).join('; ')}`,
      {
        advice: 'Send what the contract of the job says (GET /api/contracts)',
      },
    );
    this.name = 'ContractError';
    this.issues = issues;
  }
}
