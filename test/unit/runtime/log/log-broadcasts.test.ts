import { expect, it } from 'vitest';
import { type Broadcast, type BroadcastTopic } from '../../../../src/ports/broadcaster.ts';
import { logBroadcasts } from '../../../../src/runtime/log/log-broadcasts.ts';
import { recordingLog } from '../../../fixtures/services/recording-log.ts';

const ORDER = { account: 'a', symbol: 'ETH-USD', side: 'sell', purpose: 'stop', amount: 1.5, price: 4000, fee: 3 };

it.each<[BroadcastTopic, Broadcast['data'], string]>([
  [
    'alert',
    { key: 'k', severity: 'critical', title: 'Flatten requested', text: 'by me' },
    'alert: Flatten requested: by me',
  ],
  ['fill', ORDER, 'fill: sell 1.5 ETH-USD at 4000 (stop)'],
  [
    'trading-state',
    { account: 'a', state: 'HALTED', reason: 'fire', by: 'operator' },
    'trading is HALTED, set by operator: fire',
  ],
])('logs a broadcast of %s, also when it cannot be published', async (topic, data, line) => {
  const log = recordingLog();
  const broken = { publish: () => Promise.reject(new Error('no Redis')) };
  await expect(logBroadcasts(broken, log).publish({ topic, at: 1, data })).rejects.toThrow('no Redis');
  expect(log.text()).toContain(line);
});

it('logs nothing else, and publishes everything', async () => {
  const log = recordingLog();
  const published: Broadcast[] = [];
  const broadcast: Broadcast = { topic: 'agent-state', at: 1, data: { agent: 'ceo' } };
  const stream = { publish: async (sent: Broadcast) => void published.push(sent) };
  await logBroadcasts(stream, log).publish(broadcast);
  expect(published).toEqual([broadcast]);
  expect(log.text()).toBe('');
});
