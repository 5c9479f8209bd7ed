import { cashFlowOf, differencesBetween, type BookMark } from '../../src/domain/portfolio/books.ts';
import { foldFills } from '../../src/domain/portfolio/fold.ts';
import { unendedOrders, type LedgerDeps } from './ledger-sync.ts';

/** More than anybody reads in one alert. */
const SHOWN = 10;

/**
 * Compares orders, positions and cash of the ledger with the venue. Null when they agree, otherwise both sides of each
 * difference. The first comparison of an account notes its opening cash.
 * @param known what is noted about the account, if that was read already
 */
export async function compareBooks(deps: LedgerDeps, account: string, known?: BookMark | null): Promise<string | null> {
  if ((await differencesOf(deps, account, known)).length === 0) return null;
  // A process that was frozen may have overwritten a position with what it knew before: its fills say what it is.
  const { ledger } = deps.stores;
  await ledger.savePositions(foldFills(await ledger.fills({ account })));
  const found = await differencesOf(deps, account);
  if (found.length === 0) return null;
  const more = found.length > SHOWN ? ` and ${found.length - SHOWN} more` : '';
  return found.slice(0, SHOWN).join('; ') + more;
}

async function differencesOf(
  { stores, broker }: LedgerDeps,
  account: string,
  noted?: BookMark | null,
): Promise<readonly string[]> {
  const [mark, orders, positions, openOrders, held, unassigned, { cash, writtenOff }] = await Promise.all([
    noted ? Promise.resolve(noted) : stores.ledger.mark(account),
    unendedOrders({ stores }, account),
    stores.ledger.positions(account),
    broker.openOrders(account),
    broker.positions(account),
    broker.unassigned(account),
    broker.balance(account),
  ]);
  const known: BookMark = mark ?? { account, lastFill: null, openingCash: cash - writtenOff - cashFlowOf(positions) };
  if (!mark) await stores.ledger.saveMark(known);
  return differencesBetween(
    { orders, positions, openingCash: known.openingCash },
    { openOrders, positions: [...held, ...unassigned], cash, writtenOff },
  );
}
