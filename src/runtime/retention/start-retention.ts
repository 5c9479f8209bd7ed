import { createRaiseAlert } from '../../../processors/agent/raise-alert.ts';
import { errorText, hasCode } from '../../domain/errors.ts';
import { type AppContext } from '../context.ts';
import { archiveAudit } from './archive-audit.ts';
import { type ServiceKind } from '../services/service.ts';
import { reduceCycles } from './reduce-cycles.ts';
import { watchEmbeddedStore } from './watch-embedded-store.ts';

const DAY_MS = 86_400_000;

/**
 * Removes what is beyond `retention` of config/database.yaml, at intervals. Runs in the one process that leads the company, so
 * that the archive of the audit log is in one place. A failure is logged, and the next call tries again.
 * The audit log is archived from private stores only: one of your own has room, and the data directory beside it may be
 * another one at each start.
 */
export function startRetention(context: AppContext, storeKind: ServiceKind): { readonly close: () => Promise<void> } {
  const { stores, retention, auditArchive, clock, log } = context;
  const { dataDirectory, retention: limits } = context.config.database;
  const { everySeconds, auditRecords, fullCycles, noticeDays, embeddedStoreMegabytes } = limits;
  const raiseAlert = createRaiseAlert(context);
  let running: Promise<void> | null = null;

  async function archive(): Promise<void> {
    try {
      const parts = await archiveAudit({ audit: stores.audit, archive: auditArchive, retention, keep: auditRecords });
      if (parts > 0) log.info('old audit records were moved to files', { parts });
    } catch (error) {
      if (!hasCode(error, 'audit-broken')) throw error;
      await raiseAlert({
        key: `audit-archive/${await auditArchive.last()}`,
        severity: 'critical',
        title: 'The audit log cannot be archived',
        text: errorText(error),
      });
    }
  }

  async function clean(): Promise<void> {
    const reduced = await reduceCycles(retention, fullCycles);
    if (reduced > 0) log.info('old cycles were reduced', { cycles: reduced });
    if (storeKind === 'embedded') {
      const maxBytes = embeddedStoreMegabytes * 1e6;
      await watchEmbeddedStore({ dataDirectory, maxBytes, now: clock.now(), raiseAlert });
    }
    await retention.removeNotices(clock.now() - noticeDays * DAY_MS);
    // Last: a log that cannot be archived keeps nothing else from being removed.
    if (storeKind !== 'external') await archive();
  }

  const timer = setInterval(() => {
    running ??= clean()
      .catch((error: unknown) => log.warn(`old rows were not removed: ${errorText(error)}`))
      .finally(() => {
        running = null;
      });
    running.catch(() => undefined);
  }, everySeconds * 1000);
  timer.unref();
  return {
    async close() {
      clearInterval(timer);
      await running;
    },
  };
}
