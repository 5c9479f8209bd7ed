import { sha256 } from '../../src/domain/identity/sha256.ts';
import { type Clock } from '../../src/ports/clock.ts';
import { type Coordinator, type CoordinatorHealth } from '../../src/ports/fleet/client.ts';
import { type Logger } from '../../src/ports/logger.ts';
import { type AlertStore } from '../../src/ports/stores.ts';
import { type RaiseAlert } from '../agent/raise-alert.ts';

export interface CoordinatorWatchDeps {
  readonly coordinator: Pick<Coordinator, 'probe'>;
  readonly alerts: Pick<AlertStore, 'latest'>;
  readonly raiseAlert: RaiseAlert;
  readonly clock: Clock;
  readonly log: Logger;
}

/** Keys: `coordinator/<start of the trouble>/<kind>`, and `/back` at its end. */
const PREFIX = 'coordinator/';
const BACK = 'back';

const TITLES: Readonly<Record<Exclude<CoordinatorHealth['kind'], 'well'>, string>> = {
  away: 'Coordinator away',
  slow: 'Coordinator slow',
  refused: 'Coordinator refuses the token',
  wrong: 'No coordinator at its address',
};

/**
 * Raises one alert for each kind of trouble with the coordinator and one when it is back. Which trouble lasts is read from
 * the alerts, so any node may run this.
 */
export function createCoordinatorWatch({ coordinator, alerts, raiseAlert, clock, log }: CoordinatorWatchDeps) {
  return async function watch(): Promise<CoordinatorHealth['kind']> {
    const { kind, text, notes } = await coordinator.probe();
    const last = await alerts.latest(PREFIX);
    const [, since = '', lastKind = BACK] = last?.key.split('/') ?? [];
    const isTroubled = lastKind !== BACK;
    if (kind !== 'well') {
      if (lastKind === kind) return kind;
      log.warn(`coordinator: ${text}`);
      await raiseAlert({
        key: `${PREFIX}${isTroubled ? since : clock.now()}/${kind}`,
        severity: 'warning',
        title: TITLES[kind],
        text: `${text}; cycles go on, searches are computed here where their candles are, or wait: corp forwarded`,
      });
    } else if (isTroubled) {
      const minutes = Math.max(1, Math.round((clock.now() - Number(since)) / 60_000));
      log.info(`coordinator: ${text} again`);
      const end = {
        severity: 'info',
        title: 'Coordinator is back',
        text: `${text} again, after ${minutes} min`,
      } as const;
      await raiseAlert({ key: `${PREFIX}${since}/${BACK}`, ...end });
    }
    for (const note of notes) {
      const key = `remote-workers/${sha256(note).slice(0, 16)}`;
      await raiseAlert({ key, severity: 'warning', title: 'Remote workers', text: note });
    }
    return kind;
  };
}
