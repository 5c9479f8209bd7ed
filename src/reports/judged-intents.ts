import { type Intent } from '../domain/risk/intent.ts';
import { type Verdict } from '../domain/risk/verdict.ts';
import { type IntentStore } from '../ports/stores.ts';

export type JudgedIntent = Verdict & {
  readonly account: string;
  readonly at: number;
  readonly cycleId?: string;
  readonly intent: Intent | null;
};

/** The latest verdicts on intents of these accounts, with what they are about; newest first. */
export async function judgedIntents(
  intents: Pick<IntentStore, 'verdicts' | 'getMany'>,
  filter: { readonly account: readonly string[]; readonly cycleId?: string; readonly limit: number },
): Promise<readonly JudgedIntent[]> {
  const verdicts = await intents.verdicts(filter);
  const keyOf = (account: string, id: string): string => `${account}/${id}`;
  const found = await Promise.all(
    filter.account.map(async (account) => {
      const ids = verdicts.filter((verdict) => verdict.account === account).map(({ intentId }) => intentId);
      return ids.length === 0 ? [] : intents.getMany(account, ids);
    }),
  );
  const known = new Map(found.flat().map((intent) => [keyOf(intent.account, intent.id), intent]));
  return verdicts.map((verdict) => ({
    ...verdict,
    intent: known.get(keyOf(verdict.account, verdict.intentId)) ?? null,
  }));
}
