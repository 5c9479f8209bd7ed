import { expect, it } from 'vitest';
import { AppError } from '../../../../src/domain/errors.ts';
import { type Alert } from '../../../../src/ports/records.ts';
import { createOutages } from '../../../../src/runtime/watch/outages.ts';
import { recordingLog } from '../../../fixtures/services/recording-log.ts';

function watched() {
  const log = recordingLog();
  const alerts: Omit<Alert, 'at'>[] = [];
  let now = 0;
  let isStoreAway = false;
  const raiseAlert = async (draft: Omit<Alert, 'at'>): Promise<void> => {
    if (isStoreAway) throw new AppError('mongo-unreachable', 'MongoDB did not answer', { retryable: true });
    alerts.push(draft);
  };
  const outages = createOutages({ clock: { now: () => now }, log, raiseAlert });
  return {
    ...outages,
    log,
    titles: () => alerts.map(({ title }) => title),
    pass: (ms: number) => void (now += ms),
    setStoreAway: (isAway: boolean) => void (isStoreAway = isAway),
  };
}

it('a short outage is in the log and in the current problems, without an alert', async () => {
  const { note, current, pass, log, titles } = watched();
  await note('redis', 'refused');
  expect(current()).toEqual({ redis: 'refused' });
  pass(9000);
  await note('redis', 'refused');
  await note('redis', null);
  expect(current()).toEqual({});
  expect(log.text()).toContain('redis: refused');
  expect(log.text()).toContain('redis works again');
  expect(titles()).toEqual([]);
});

it('one that lasts has one alert while it lasts, and one at its end', async () => {
  const { note, pass, titles } = watched();
  for (let round = 0; round < 10; round += 1) {
    await note('redis', 'refused');
    pass(5000);
  }
  await note('redis', null);
  await note('redis', null);
  expect(titles()).toEqual(['Redis cannot be used', 'Redis works again']);
});

it('alerts about the store are raised when it is back', async () => {
  const { note, pass, titles, setStoreAway } = watched();
  setStoreAway(true);
  await note('mongo', 'away');
  pass(60_000);
  await note('mongo', 'away');
  expect(titles()).toEqual([]);
  setStoreAway(false);
  await note('mongo', null);
  expect(titles()).toEqual(['The store cannot be used', 'The store works again']);
});
