import { type Clock } from '../../ports/clock.ts';
import { errorText } from '../../domain/errors.ts';
import { type Logger } from '../../ports/logger.ts';
import { type Alert } from '../../ports/records.ts';

/** Failures of one address at which an alert is raised. */
const ALERT_AT = 10;
const HOUR_MS = 3_600_000;

export interface WrongTokenDeps {
  readonly log: Logger;
  readonly clock: Clock;
  readonly raiseAlert: (draft: Omit<Alert, 'at'>) => Promise<void>;
}

/** @param way how the token came. @param count failures of the address in a row */
export type ReportWrongToken = (way: 'login' | 'bearer', address: string, count: number) => void;

/** Whether the count is logged: the first ones, then every tenfold. */
const isLogged = (count: number): boolean => count <= 5 || /^10+$/.test(String(count));

/** Logs wrong tokens, and raises an alert, at most one an hour and address. */
export function createReportWrongToken({ log, clock, raiseAlert }: WrongTokenDeps): ReportWrongToken {
  return (way, address, count) => {
    if (isLogged(count)) log.warn('a wrong API token was refused', { way, address, count });
    if (count !== ALERT_AT) return;
    const alert = {
      key: `wrong-tokens/${way}/${address}/${Math.floor(clock.now() / HOUR_MS)}`,
      severity: 'warning',
      title: 'Wrong API tokens',
      text: `${count} wrong tokens in a row from ${address}. Check who it is; a new API_TOKEN ends all sessions`,
    } as const;
    raiseAlert(alert).catch((error: unknown) => log.warn(`alert not raised: ${errorText(error)}`));
  };
}
