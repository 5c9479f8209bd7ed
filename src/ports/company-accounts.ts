import { type Stores } from './stores.ts';

/** The accounts of a company: the main one first, then those of incubating strategies, also of earlier ones. */
export async function companyAccounts(portfolio: Pick<Stores['portfolio'], 'list'>, main: string): Promise<string[]> {
  const holdings = await portfolio.list({ company: main });
  const others = new Set(holdings.map(({ account }) => account).filter((account) => account !== main));
  return [main, ...[...others].sort()];
}
