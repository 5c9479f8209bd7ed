import { type RaiseAlert } from '../../../processors/agent/raise-alert.ts';
import { errorText } from '../../domain/errors.ts';
import { type Clock } from '../../ports/clock.ts';
import { type Logger } from '../../ports/logger.ts';

/** An outage that is shorter is a restart, and gets no alert. */
const ALERT_AFTER_MS = 10_000;

/** What alerts call it. */
const LABELS: Readonly<Record<string, string>> = { redis: 'Redis', mongo: 'The store' };

interface Outage {
  readonly since: number;
  text: string;
  isAlerted: boolean;
}

/** What the company misses now: said once in the log, and by an alert when it lasts. */
export interface Outages {
  /** @param problem null: it works */
  readonly note: (what: string, problem: string | null) => Promise<void>;
  /** Problem of each thing that does not work. */
  readonly current: () => Readonly<Record<string, string>>;
}

export function createOutages(deps: {
  readonly clock: Clock;
  readonly log: Logger;
  readonly raiseAlert: RaiseAlert;
}): Outages {
  const { clock, log, raiseAlert } = deps;
  const outages = new Map<string, Outage>();
  /** Alerts about the store can be stored only after it is back. */
  const unsent = new Map<string, Parameters<RaiseAlert>[0]>();

  const send = async (): Promise<void> => {
    for (const [key, draft] of unsent) {
      try {
        await raiseAlert(draft);
        unsent.delete(key);
      } catch (error) {
        log.debug(`alert not raised yet: ${errorText(error)}`);
      }
    }
  };
  const alert = (key: string, severity: 'critical' | 'info', title: string, text: string): void => {
    unsent.set(key, { key, severity, title, text });
  };

  return {
    async note(what, problem) {
      const now = clock.now();
      const known = outages.get(what);
      if (problem === null) {
        outages.delete(what);
        if (known) {
          const seconds = Math.round((now - known.since) / 1000);
          log.info(`${what} works again`, { afterSeconds: seconds });
          if (now - known.since >= ALERT_AFTER_MS)
            alert(
              `outage/${what}/${known.since}/over`,
              'info',
              `${LABELS[what] ?? what} works again`,
              `after ${seconds} s: ${known.text}`,
            );
        }
      } else if (!known) {
        outages.set(what, { since: now, text: problem, isAlerted: false });
        log.warn(`${what}: ${problem}`);
      } else {
        known.text = problem;
        if (!known.isAlerted && now - known.since >= ALERT_AFTER_MS) {
          known.isAlerted = true;
          alert(`outage/${what}/${known.since}`, 'critical', `${LABELS[what] ?? what} cannot be used`, problem);
        }
      }
      await send();
    },
    current: () => Object.fromEntries([...outages].map(([what, { text }]) => [what, text])),
  };
}
