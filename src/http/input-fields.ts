import { z } from 'zod';
import { hashField, idField } from '../../queues/fields.ts';

/** Field schemas of requests. Queries are text: no signs, no exponents, no blanks. */
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
  .describe('How many at most, newest first')
  .default(100);

export const limitQuery = z.strictObject({ limit: limitField });
export const idParams = z.strictObject({ id: idField });
export const hashParams = z.strictObject({ hash: hashField });

/** BullMQ takes an id with `:` for one of its own keys and a number for one it has given. */
export const newJobIdField = z
  .string()
  .max(200, 'at most 200 characters')
  .regex(/^[A-Za-z0-9._-]+$/, "letters, digits, '.', '_' and '-' only (no ':')")
  .refine((id) => !/^\d+$/.test(id), 'may not be all digits: those ids are given by the queue');
