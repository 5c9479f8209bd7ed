import { errorText } from '../../domain/errors.ts';
import { type AppContext } from '../context.ts';
import { archiveAudit } from './archive-audit.ts';
import { reduceCycles } from './reduce-cycles.ts';

const DAY_MS = 86_400_000;

/**
 * Removes what is beyond `retention` of config/database.yaml, at intervals. Runs in the one process that leads the company, so
 * that the archive of the audit log is in one place. A failure is logged, and the next call tries again.
 * @param archivesAudit false for a store of your own, which has room, and whose data directory may be another one each time
 */
export function startRetention(context: AppContext, archivesAudit: boolean): { readonly close: () => Promise<void> } {
  const { stores, retention, auditArchive, clock, log } = context;
  const { everySeconds, auditRecords, fullCycles, noticeDays } = context.config.database.retention;
  let running: Promise<void> | null = null;

  async function clean(): Promise<void> {
    if (archivesAudit) {
      const parts = await archiveAudit({ audit: stores.audit, archive: auditArchive, retention, keep: auditRecords });
      if (parts > 0) log.info('old audit records were moved to files', { parts });
    }
    const reduced = await reduceCycles(retention, fullCycles);
    if (reduced > 0) log.info('old cycles were reduced', { cycles: reduced });
    await retention.removeNotices(clock.now() - noticeDays * DAY_MS);
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
