import { z } from 'zod';

/** Tells this project's coordinator from the Python one, which answers 404. */
export const RECOGNITION = '/api/corp';
export const PROTOCOL = 1;
export const recognition = z.object({ server: z.literal('bittrading-corp'), protocol: z.int() });
