import { kebabCaseCodes } from './001-kebab-case-codes.ts';
import { type Migration } from './migration.ts';

/** In order; the last one's number is the format of this version. */
export const MIGRATIONS: readonly Migration[] = [kebabCaseCodes];

export const CURRENT_FORMAT = 1;
