import { type Verdict } from '../../domain/risk/verdict.ts';
import { type Intent } from '../../domain/risk/intent.ts';
import { type IntentStore } from '../../ports/stores.ts';
import { type Database } from './database.ts';
import { number, oneOf, optional, plain, text } from './fields.ts';
import { keyOf, oneOrMore } from './row-codec.ts';
import { orderIdentity } from './order-identity.ts';

interface VerdictRow extends Verdict {
  readonly account: string;
  readonly cycleId?: string;
  readonly at: number;
}

const verdictOf = ({ account: _, at: __, cycleId: ___, ...verdict }: VerdictRow): Verdict => verdict;

export function createIntentStore(database: Database): IntentStore {
  const intents = database.table<Intent>({
    collection: 'intents',
    key: ({ account, id }) => keyOf(account, id),
    fields: {
      id: text,
      account: text,
      ...orderIdentity,
      asOf: number,
      referencePrice: number,
      requestedFraction: number,
      closeAmount: optional(number),
      volatility: number,
      bracket: optional(plain()),
      repeats: optional(number),
      cycleId: optional(text),
      because: text,
    },
    indexes: [{ strategyHash: 1, asOf: -1 }],
  });
  const verdicts = database.table<VerdictRow>({
    collection: 'verdicts',
    key: ({ account, intentId }) => keyOf(account, intentId),
    fields: {
      account: text,
      intentId: text,
      decision: oneOf(['approve', 'reduce', 'veto']),
      amount: number,
      reasons: plain(),
      text: optional(text),
      cycleId: optional(text),
      at: number,
    },
    indexes: [{ account: 1, at: -1 }, { cycleId: 1, at: -1 }, { at: -1 }],
  });

  return {
    addMany: (added) => intents.insert(added),
    get: (account, id) => intents.get(keyOf(account, id)),
    getMany: (account, ids) => intents.getMany(ids.map((id) => keyOf(account, id))),
    ofStrategy: (account, strategyHash, limit) => intents.find({ account, strategyHash }, { asOf: -1 }, { limit }),

    async verdictsOn(account, intentIds) {
      const found = await verdicts.getMany(intentIds.map((id) => keyOf(account, id)));
      return found.map(verdictOf);
    },

    async recordVerdict(account, verdict, at, cycleId) {
      const row: VerdictRow = { ...verdict, account, at, ...(cycleId !== undefined && { cycleId }) };
      return verdictOf(await verdicts.insertOrGet(row));
    },

    async verdicts({ account, cycleId, limit }) {
      return verdicts.find({ account: oneOrMore(account), cycleId }, { at: -1 }, { limit });
    },
  };
}
