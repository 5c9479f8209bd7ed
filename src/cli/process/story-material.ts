import { type AuditRecord } from '../../domain/audit/chain.ts';
import { companyAccounts } from '../../ports/company-accounts.ts';
import { AppError } from '../../domain/errors.ts';
import { type Order } from '../../domain/orders/order.ts';
import { type Intent } from '../../domain/risk/intent.ts';
import { type Strategy } from '../../domain/strategies/strategy.ts';
import { orderStory, type OrderMaterial } from '../../reports/story/order-story.ts';
import { positionId, positionStory } from '../../reports/story/position-story.ts';
import { type Story } from '../../reports/story/story.ts';
import { strategyStory } from '../../reports/story/strategy-story.ts';
import { auditHistory } from '../../ports/audit-history.ts';
import { type ReadContext } from '../../runtime/read-context.ts';

/** How many rows of a kind are searched for a shortened id, and how many orders a story can have. */
const SEARCHED = 20_000;
const LEAST_DIGITS = 4;
const SHOWN = 5;

async function allRecords({ stores, auditArchive }: ReadContext): Promise<readonly AuditRecord[]> {
  const records: AuditRecord[] = [];
  for await (const batch of auditHistory(stores.audit, auditArchive)) records.push(...batch);
  return records;
}

/** Adds what is stored about intents: verdict, order, its legs and their fills. `orders` are all of the strategy. */
async function materialOf(
  { stores }: ReadContext,
  account: string,
  intents: readonly Intent[],
  orders: readonly Order[],
): Promise<readonly OrderMaterial[]> {
  const ids = intents.map(({ id }) => id);
  const hashes = [...new Set(intents.map(({ strategyHash }) => strategyHash))];
  const [verdicts, fills] = await Promise.all([
    stores.intents.verdictsOn(account, ids),
    Promise.all(hashes.map((strategyHash) => stores.ledger.fills({ account, strategyHash, limit: SEARCHED }))),
  ]);
  return intents.map((intent) => {
    const legs = orders.filter(({ parentId }) => parentId === intent.id);
    const own = new Set([intent.id, ...legs.map(({ clientOrderId }) => clientOrderId)]);
    return {
      intent,
      verdict: verdicts.find(({ intentId }) => intentId === intent.id) ?? null,
      order: orders.find(({ clientOrderId }) => clientOrderId === intent.id) ?? null,
      legs,
      fills: fills.flat().filter(({ clientOrderId }) => own.has(clientOrderId)),
    };
  });
}

/** All intents of a strategy on all accounts of the company, oldest first, with what became of each. */
export async function signalsOf(context: ReadContext, hash: string): Promise<readonly OrderMaterial[]> {
  const { stores, descriptor } = context;
  const accounts = await companyAccounts(stores.portfolio, descriptor.account);
  const found = await Promise.all(accounts.map((account) => signalsOn(context, account, hash)));
  return found.flat().sort((a, b) => (a.intent?.asOf ?? 0) - (b.intent?.asOf ?? 0));
}

async function signalsOn(context: ReadContext, account: string, hash: string): Promise<readonly OrderMaterial[]> {
  const { stores } = context;
  const [intents, orders] = await Promise.all([
    stores.intents.ofStrategy(account, hash, SEARCHED),
    stores.orders.list({ account, strategyHash: hash, limit: SEARCHED }),
  ]);
  return materialOf(context, account, [...intents].reverse(), orders);
}

async function explainOrder(context: ReadContext, order: Order, records: readonly AuditRecord[]): Promise<Story> {
  const { stores } = context;
  const { account, strategyHash } = order;
  // A leg is told with the entry that it protects.
  const id = order.parentId ?? order.clientOrderId;
  const [intent, orders] = await Promise.all([
    stores.intents.get(account, id),
    stores.orders.list({ account, strategyHash, limit: SEARCHED }),
  ]);
  const [material] = intent === null ? [] : await materialOf(context, account, [intent], orders);
  const entry = orders.find(({ clientOrderId }) => clientOrderId === id) ?? order;
  return orderStory(id, material ?? { intent: null, verdict: null, order: entry, legs: [], fills: [] }, records);
}

async function explainStrategy(
  context: ReadContext,
  main: string,
  strategy: Strategy,
  records: readonly AuditRecord[],
): Promise<Story> {
  const { stores } = context;
  const [decisions, holdings, orders] = await Promise.all([
    stores.decisions.ofStrategy(strategy.hash),
    stores.portfolio.list({ company: main }),
    signalsOf(context, strategy.hash),
  ]);
  const cycles = [...new Set(decisions.map(({ cycleId }) => cycleId))];
  const times = new Map(
    await Promise.all(cycles.map(async (id) => [id, (await stores.cycles.get(id))?.asOf ?? 0] as const)),
  );
  return strategyStory(
    {
      strategy,
      decisions: decisions.map((decision) => ({ ...decision, asOf: times.get(decision.cycleId) ?? 0 })),
      holdings: holdings.filter(({ strategyHash }) => strategyHash === strategy.hash),
      orders,
    },
    records,
  );
}

interface Candidate {
  readonly label: string;
  readonly tell: (records: readonly AuditRecord[]) => Promise<Story>;
}

async function candidatesFor(context: ReadContext, id: string): Promise<readonly Candidate[]> {
  const { stores, descriptor } = context;
  const accounts = await companyAccounts(stores.portfolio, descriptor.account);
  const [orders, strategies, positions] = await Promise.all([
    stores.orders.list({ account: accounts, limit: SEARCHED }),
    stores.strategies.list({ limit: SEARCHED }),
    stores.ledger.positions(accounts),
  ]);
  const isMeant = (full: string): boolean => full === id || (id.length >= LEAST_DIGITS && full.startsWith(id));
  const found: Candidate[] = [];
  for (const order of orders) {
    // The digits of an entry are those of its legs too: the entry is meant, and it tells of them.
    const isLegOfMeant = order.parentId !== undefined && order.clientOrderId !== id && isMeant(order.parentId);
    if (isMeant(order.clientOrderId) && !isLegOfMeant)
      found.push({ label: `order ${order.clientOrderId}`, tell: (records) => explainOrder(context, order, records) });
  }
  for (const strategy of strategies)
    if (isMeant(strategy.hash) || strategy.name === id)
      found.push({
        label: `strategy ${strategy.hash} (${strategy.name})`,
        tell: (records) => explainStrategy(context, descriptor.account, strategy, records),
      });
  for (const position of positions)
    if (position.symbol === id || positionId(position) === id)
      found.push({
        label: `position ${positionId(position)}`,
        tell: async (records) => {
          const all = await signalsOn(context, position.account, position.strategyHash);
          return positionStory(
            position,
            all.filter(({ intent, order }) => order !== null && intent?.symbol === position.symbol),
            records,
          );
        },
      });
  return found;
}

/**
 * The whole story of an order, a position or a strategy of the company's account.
 * @param id an id or its first digits (at least four); a strategy's name; `MARKET`, or `STRATEGY/MARKET`, for a position
 * @throws AppError `bad-input` when nothing or more than one thing is meant
 */
export async function explain(context: ReadContext, id: string): Promise<Story> {
  const found = await candidatesFor(context, id);
  const [only] = found;
  if (only === undefined) {
    throw new AppError('bad-input', `nothing is stored under '${id}' in account ${context.descriptor.account}`, {
      advice: 'Ids are listed by corp orders, corp strategies and corp positions, with --json in full',
    });
  }
  if (found.length > 1) {
    const shown = found.slice(0, SHOWN).map(({ label }) => label);
    const more = found.length > SHOWN ? `, and ${found.length - SHOWN} more` : '';
    throw new AppError('bad-input', `'${id}' can mean ${found.length} things: ${shown.join(', ')}${more}`, {
      advice: 'Write more of the id',
    });
  }
  return only.tell(await allRecords(context));
}

/** The strategy that is meant by its hash, the first digits of it, or its name. @throws AppError `bad-input` */
export async function findStrategy({ stores }: ReadContext, id: string): Promise<Strategy> {
  const all = await stores.strategies.list({ limit: SEARCHED });
  const found = all.filter(
    ({ hash, name }) => hash === id || name === id || (id.length >= LEAST_DIGITS && hash.startsWith(id)),
  );
  if (found.length === 1) return found[0]!;
  throw new AppError(
    'bad-input',
    found.length === 0 ? `there is no strategy '${id}'` : `'${id}' can mean ${found.length} strategies`,
    {
      advice:
        found.length === 0
          ? `corp strategies lists them; write at least ${LEAST_DIGITS} digits of a hash`
          : 'Write more of its hash',
    },
  );
}
