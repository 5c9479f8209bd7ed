/*
 * Accounts of a company. What is proven trades on the main account. Each incubating strategy trades on a paper account of
 * its own, so that what is not proven does not touch the main one (docs/money-rules.md M12).
 */

const INCUBATION = '.incubation.';
/** As many digits of the hash as people are shown. */
const HASH_DIGITS = 12;

/** The paper account on which a strategy incubates. */
export const incubationAccount = (main: string, strategyHash: string): string =>
  `${main}${INCUBATION}${strategyHash.slice(0, HASH_DIGITS)}`;

/** The account itself, or the main account of an incubation account. */
export function mainAccountOf(account: string): string {
  const at = account.lastIndexOf(INCUBATION);
  return at < 0 ? account : account.slice(0, at);
}

export const isIncubation = (account: string): boolean => mainAccountOf(account) !== account;
