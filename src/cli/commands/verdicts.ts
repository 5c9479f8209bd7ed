import { type Command } from 'commander';
import { companyAccounts } from '../../ports/company-accounts.ts';
import { judgedIntents, type JudgedIntent } from '../../reports/judged-intents.ts';
import { type ReadContext } from '../../runtime/read-context.ts';
import { type CliIo } from '../output/io.ts';
import { listing, type ListOptions } from '../process/list-command.ts';
import { isoTime } from '../../reports/figures.ts';

async function judged({ stores, descriptor }: ReadContext, limit: number): Promise<readonly JudgedIntent[]> {
  const account = await companyAccounts(stores.portfolio, descriptor.account);
  return judgedIntents(stores.intents, { account, limit });
}

export function registerVerdicts(program: Command, io: CliIo): void {
  const command = program.command('verdicts').option('--vetoed', 'only vetoes', false);
  listing<JudgedIntent, ListOptions & { readonly vetoed: boolean }>(command, io, {
    read: async (context, { limit, vetoed }) =>
      (await judged(context, limit)).filter(({ decision }) => !vetoed || decision === 'veto'),
    row: ({ at, account, decision, amount, intent, reasons }) => ({
      at: isoTime(at),
      account,
      decided: intent ? isoTime(intent.asOf) : null,
      decision,
      symbol: intent?.symbol,
      side: intent?.side,
      purpose: intent?.purpose,
      amount,
      reasons: reasons.map(({ text }) => text).join('; '),
    }),
    empty: 'No verdicts.',
  });
}
