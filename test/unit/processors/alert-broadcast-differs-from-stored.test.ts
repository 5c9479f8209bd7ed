import { expect, it } from 'vitest';
import { createRaiseAlert } from '../../../processors/agent/raise-alert.ts';
import { type Broadcast } from '../../../src/ports/broadcaster.ts';
import { type Alert } from '../../../src/ports/records.ts';

// Bug: the alert that was broadcast had another time and another title than the alert that was stored.

function recorded({ isNew = true } = {}) {
  const events: (Alert | Broadcast)[] = [];
  let now = 1000;
  const raiseAlert = createRaiseAlert({
    stores: {
      alerts: {
        async raise(alert) {
          events.push(alert);
          return isNew;
        },
        list: async () => [],
        latest: async () => null,
      },
    },
    broadcaster: {
      async publish(broadcast) {
        events.push(broadcast);
      },
    },
    clock: { now: () => (now += 1) },
  });
  return { raiseAlert, events };
}

const DRAFT = { key: 'k', account: 'paper', severity: 'critical', title: 'Order refused', text: 'why' } as const;

it('broadcasts the stored alert after it was stored: same key, time, title and text', async () => {
  const { raiseAlert, events } = recorded();
  await raiseAlert(DRAFT);
  expect(events).toEqual([
    { ...DRAFT, at: 1001 },
    { topic: 'alert', at: 1001, data: DRAFT },
  ]);
});

it('does not broadcast an alert whose key is already stored', async () => {
  const { raiseAlert, events } = recorded({ isNew: false });
  await raiseAlert(DRAFT);
  expect(events).toEqual([{ ...DRAFT, at: 1001 }]);
});
