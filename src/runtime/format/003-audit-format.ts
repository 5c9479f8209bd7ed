import { type Migration } from './migration.ts';

/**
 * Audit records carry a format number, and the risk state holds circuit breakers. Old rows are read as they are; the step
 * exists so that an older version, which would break the audit chain, refuses the store.
 */
export const auditFormat: Migration = {
  to: 3,
  async store() {
    // Nothing to rewrite.
  },
  async queues() {
    // Nothing to rewrite.
  },
};
