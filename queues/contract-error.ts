import { type z } from 'zod';
import { AppError } from '../src/domain/errors.ts';

const ADVICE = {
  'bad-message': 'Send data that matches the contract of the job (GET /api/contracts)',
  'bad-answer': "The agent's result does not match its contract: report it",
};

/** A message or a result does not match its contract. `issues` contain the path of each field and the problem. */
export class ContractError extends AppError {
  readonly issues: readonly { readonly path: string; readonly message: string }[];

  /** @param code `bad-message` for a message, `bad-answer` for the result of an agent. */
  constructor(where: string, error: z.ZodError, code: keyof typeof ADVICE = 'bad-message') {
    const issues = error.issues.map((issue) => ({ path: issue.path.map(String).join('.'), message: issue.message }));
    super(code, `${where}: ${issues.map((i) => `${i.path === '' ? '(whole)' : i.path}: ${i.message}`).join('; ')}`, {
      advice: ADVICE[code],
    });
    this.name = 'ContractError';
    this.issues = issues;
  }
}
