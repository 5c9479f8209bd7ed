import { type z } from 'zod';
import { AppError } from '../src/domain/errors.ts';

const ADVICE = {
  'bad-message': 'Send what the contract of the job says (GET /api/contracts)',
  'bad-answer': 'The agent answered what its contract does not allow: report it',
};

/** A message or an answer that does not fit its contract. `issues` name the field and what is wrong with it. */
export class ContractError extends AppError {
  readonly issues: readonly { readonly path: string; readonly message: string }[];

  /** @param code `bad-message` for what was sent, `bad-answer` for the result of an agent. */
  constructor(where: string, error: z.ZodError, code: keyof typeof ADVICE = 'bad-message') {
    const issues = error.issues.map((issue) => ({ path: issue.path.map(String).join('.'), message: issue.message }));
    super(code, `${where}: ${issues.map((i) => `${i.path === '' ? '(whole)' : i.path}: ${i.message}`).join('; ')}`, {
      advice: ADVICE[code],
    });
    this.name = 'ContractError';
    this.issues = issues;
  }
}
