import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { type Alert } from '../../ports/records.ts';

export interface EmbeddedStoreWatch {
  readonly dataDirectory: string;
  /** Size of the log above which an alert is raised, bytes. The log is up to three times as large as the documents. */
  readonly maxBytes: number;
  /** Wall time, epoch ms. */
  readonly now: number;
  readonly raiseAlert: (alert: Omit<Alert, 'at'>) => Promise<void>;
}

/** Says once a day that the embedded store, which holds everything in memory, has become too small for a company. */
export async function watchEmbeddedStore({
  dataDirectory,
  maxBytes,
  now,
  raiseAlert,
}: EmbeddedStoreWatch): Promise<void> {
  const { size } = await stat(join(dataDirectory, 'store', 'changes.log')).catch(() => ({ size: 0 }));
  if (size <= maxBytes) return;
  const megabytes = (bytes: number): string => (bytes / 1e6).toFixed(0);
  await raiseAlert({
    key: `embedded-store/${new Date(now).toISOString().slice(0, 10)}`,
    severity: 'warning',
    title: 'The embedded store is too small for this company',
    text:
      `its log has ${megabytes(size)} MB, ${megabytes(maxBytes)} are sensible (retention.embeddedStoreMegabytes), and it holds its ` +
      'documents in memory: move to MongoDB and set MONGO_URL',
  });
}
