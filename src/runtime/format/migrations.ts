import { kebabCaseCodes } from './001-kebab-case-codes.ts';
import { type Migration } from './migration.ts';

/** All migrations in order; the last one leads to the format of this version. */
export const MIGRATIONS: readonly Migration[] = [kebabCaseCodes];

export const CURRENT_FORMAT = 1;
