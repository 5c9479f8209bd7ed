import { type Broadcaster } from '../../src/ports/broadcaster.ts';
import { type Clock } from '../../src/ports/clock.ts';
import { type Alert } from '../../src/ports/records.ts';
import { type Stores } from '../../src/ports/stores.ts';

export type RaiseAlert = (draft: Omit<Alert, 'at'>) => Promise<void>;

export interface RaiseAlertDeps {
  readonly stores: Pick<Stores, 'alerts'>;
  readonly broadcaster: Broadcaster;
  readonly clock: Clock;
}

/** Stores an alert, then broadcasts it. An alert whose key is already stored is not broadcast again. */
export function createRaiseAlert({ stores, broadcaster, clock }: RaiseAlertDeps): RaiseAlert {
  return async (draft) => {
    const alert: Alert = { ...draft, at: clock.now() };
    if (!(await stores.alerts.raise(alert))) return;
    const { at, ...data } = alert;
    await broadcaster.publish({ topic: 'alert', at, data });
  };
}
