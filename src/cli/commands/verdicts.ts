import { type Command } from 'commander';
import { type Verdict } from '../../domain/risk/verdict.ts';
import { type Intent } from '../../domain/risk/intent.ts';
import { type ReadContext } from '../../runtime/read-context.ts';
import { type CliIo } from '../output/io.ts';
import { listing, type ListOptions } from '../process/list-command.ts';
import { isoTime } from '../../reports/figures.ts';

type Judged = Verdict & { readonly at: number; readonly cycleId?: string; readonly intent: Intent | null };

async function judged({ stores, descriptor: { account } }: ReadContext, limit: number): Promise<readonly Judged[]> {
  const verdicts = await stores.intents.verdicts({ account, limit });
  const ids = verdicts.map(({ intentId }) => intentId);
  const intents = new Map((await stores.intents.getMany(account, ids)).map((intent) => [intent.id, intent]));
  return verdicts.map((verdict) => ({ ...verdict, intent: intents.get(verdict.intentId) ?? null }));
}

export function registerVerdicts(program: Command, io: CliIo): void {
  const command = program.command('verdicts').option('--vetoed', 'only vetoes', false);
  listing<Judged, ListOptions & { readonly vetoed: boolean }>(command, io, {
    read: async (context, { limit, vetoed }) =>
      (await judged(context, limit)).filter(({ decision }) => !vetoed || decision === 'veto'),
    row: ({ at, decision, amount, intent, reasons }) => ({
      at: isoTime(at),
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
