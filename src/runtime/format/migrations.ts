import { kebabCaseCodes } from './001-kebab-case-codes.ts';
import { severalMarkets } from './002-several-markets.ts';
import { auditFormat } from './003-audit-format.ts';
import { pastOfPaperAccounts } from './004-past-of-paper-accounts.ts';
import { accountsOfIncubatingStrategies } from './005-accounts-of-incubating-strategies.ts';
import { type Migration } from './migration.ts';

/** All migrations in order; the last one leads to the format of this version. */
export const MIGRATIONS: readonly Migration[] = [
  kebabCaseCodes,
  severalMarkets,
  auditFormat,
  pastOfPaperAccounts,
  accountsOfIncubatingStrategies,
];

export const CURRENT_FORMAT = 5;
