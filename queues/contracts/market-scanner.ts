import { z } from 'zod';
import { defineContract } from '../contract.ts';
import { countField, idField, symbolField } from '../fields.ts';

export const marketScannerContract = defineContract({
  queue: 'market-scanner',
  jobs: {
    scan: {
      summary: 'Ranks the markets of a cycle by volume, volatility, moves and spread',
      data: z.strictObject({ cycleId: idField }),
      result: z.strictObject({ accepted: z.array(symbolField), rejected: countField }),
    },
  },
});
