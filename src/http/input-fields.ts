import { z } from 'zod';
import { hashField, idField } from '../../queues/fields.ts';

/** Field schemas of requests. Query values are text: digits only, without sign, exponent or blanks. */
export const countText = z
  .string()
  .regex(/^\d{1,16}$/, 'not a whole number')
  .transform(Number)
  .pipe(z.int().min(0));

export const limitField = z
  .string()
  .regex(/^\d{1,16}$/, 'not a whole number')
  .transform(Number)
  .pipe(z.int().min(1, 'at least 1').max(1000, 'at most 1000'))
  .describe('Maximum number of items, newest first')
  .default(100);

export const limitQuery = z.strictObject({ limit: limitField });
export const idParams = z.strictObject({ id: idField });
export const hashParams = z.strictObject({ hash: hashField });

/** BullMQ reserves ids with `:` for its own keys and numeric ids for generated ones. */
export const newJobIdField = z
  .string()
  .max(190, 'at most 190 characters')
  .regex(/^[A-Za-z0-9._-]+$/, "letters, digits, '.', '_' and '-' only (no ':')")
  .refine((id) => !/^\d+$/.test(id), 'may not be all digits: the queue generates those ids');
