import { type Config } from '../../../config/schema.ts';
import { startCompany, type Company, type CompanyOptions } from '../../runtime/company.ts';
import { type CliIo } from '../output/io.ts';
import { openPatiently } from './open-patiently.ts';
import { runProcess } from './run-process.ts';

export interface CompanyRun {
  readonly config: Config;
  /**
   * Whether the run ends by itself. Then the terminal shows only warnings and errors (the log files contain everything),
   * and a run that a signal interrupts has failed.
   */
  readonly finishes: boolean;
  readonly company: Omit<CompanyOptions, 'config' | 'log' | 'signal' | 'onFatal'>;
}

/** Time limit of a clean stop: draining, stores, services. */
const STOP_WITHIN_MS = 30_000;

/**
 * Runs `use` in a company and always closes the company afterwards. A signal aborts `stop`; then `use` must end.
 */
export async function withCompany<T>(
  io: CliIo,
  { config, finishes, company: companyOptions }: CompanyRun,
  use: (company: Company, stop: AbortSignal) => Promise<T>,
): Promise<T | undefined> {
  const options = { config, finishes, keepsLogs: true, stopWithinMs: STOP_WITHIN_MS };
  return runProcess(io, options, async ({ log, cleanup, stop, fail }) => {
    const waitMs = finishes ? 0 : config.database.services.waitMs;
    const company = await openPatiently({ log, stop, cleanup, waitMs }, () =>
      startCompany({ ...companyOptions, config, log, signal: stop, onFatal: fail }),
    );
    try {
      return await use(company, stop);
    } finally {
      await company.close();
    }
  });
}
