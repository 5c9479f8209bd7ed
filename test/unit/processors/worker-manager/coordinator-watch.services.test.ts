import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { type AddressInfo } from 'node:net';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { createRaiseAlert } from '../../../../processors/agent/raise-alert.ts';
import { createCoordinatorWatch } from '../../../../processors/worker-manager/coordinator-watch.ts';
import { type Alert } from '../../../../src/ports/records.ts';
import { silent } from '../../../fixtures/silent-logger.ts';
import { T0 } from '../../fleet/fleet-fixture.ts';
import { manualClock } from '../agent/agent-fixture.ts';
import { clientOf } from '../backtest/forward/forward-fixture.ts';

type Behaviour = 'well' | 'slow' | 'html' | '500' | 'refuses';

const NOTE = 'worker box_Linux_W1 is quarantined: false figures';
const ANSWERS: Readonly<Record<string, object>> = {
  '/api/corp': { server: 'bittrading-corp', protocol: 1 },
  '/api/fleet': { attention: [NOTE] },
};

let server: Server;
let port = 0;
let behaviour: Behaviour;
const clock = manualClock(T0);

async function listen(): Promise<void> {
  server = createServer((request, response): unknown => {
    if (behaviour === 'slow') clock.pass(5_000);
    if (behaviour === '500') return response.writeHead(500).end('<h1>Internal Server Error</h1>');
    if (behaviour === 'html') return response.writeHead(200, { 'content-type': 'text/html' }).end('<p>Welcome</p>');
    if (behaviour === 'refuses' && request.url === '/api/fleet') return response.writeHead(401).end('{"error":"no"}');
    return response
      .writeHead(200, { 'content-type': 'application/json' })
      .end(JSON.stringify(ANSWERS[request.url ?? '']));
  }).listen(port, '127.0.0.1');
  await once(server, 'listening');
  ({ port } = server.address() as AddressInfo);
}

async function kill(): Promise<void> {
  server.closeAllConnections();
  server.close();
  await once(server, 'close');
}

beforeEach(async () => {
  behaviour = 'well';
  await listen();
});
afterEach(async () => {
  if (server.listening) await kill();
});

/** A node that watches, over alerts that all nodes share. */
function nodeOver(alerts: Alert[]) {
  const store = {
    async raise(alert: Alert) {
      if (alerts.some(({ key }) => key === alert.key)) return false;
      alerts.push(alert);
      return true;
    },
    list: async () => alerts,
    latest: async (prefix: string) => alerts.findLast(({ key }) => key.startsWith(prefix)) ?? null,
  };
  const broadcaster = { publish: async () => undefined, close: async () => undefined };
  const raiseAlert = createRaiseAlert({ stores: { alerts: store }, broadcaster, clock });
  const coordinator = clientOf(`http://127.0.0.1:${port}`, clock, { token: 'a-token-of-16-chars' });
  return createCoordinatorWatch({ coordinator, alerts: store, raiseAlert, clock, log: silent });
}

const titles = (alerts: readonly Alert[]) =>
  alerts.filter(({ title }) => title !== 'Remote workers').map(({ title }) => title);

it.each<[string, Behaviour | 'killed', string, string]>([
  ['killed', 'killed', 'Coordinator away', 'ECONNREFUSED'],
  ['slowed to 5 s', 'slow', 'Coordinator slow', 'took 5.0 s'],
  ['answering HTML', 'html', 'No coordinator at its address', 'not a coordinator'],
  ['failing', '500', 'Coordinator away', 'status 500'],
  ['refusing our token', 'refuses', 'Coordinator refuses the token', 'COORDINATOR_TOKEN'],
])('a coordinator %s raises one alert over all nodes, and one when it is back', async (_, trouble, title, text) => {
  const alerts: Alert[] = [];
  const nodes = [nodeOver(alerts), nodeOver(alerts)] as const;
  for (const watch of nodes) expect(await watch()).toBe('well');
  expect(titles(alerts)).toEqual([]);
  if (trouble === 'killed') await kill();
  else behaviour = trouble;
  for (let minute = 0; minute < 3; minute += 1) {
    for (const watch of nodes) expect(await watch()).not.toBe('well');
    clock.pass(60_000);
  }
  expect(titles(alerts)).toEqual([title]);
  expect(alerts.find((alert) => alert.title === title)?.text).toContain(text);
  if (trouble === 'killed') await listen();
  behaviour = 'well';
  for (const watch of nodes) expect(await watch()).toBe('well');
  expect(titles(alerts)).toEqual([title, 'Coordinator is back']);
  // The same trouble again is another one.
  clock.pass(60_000);
  behaviour = '500';
  await nodes[0]();
  expect(titles(alerts)).toEqual([title, 'Coordinator is back', 'Coordinator away']);
});

it('raises what the coordinator says of its workers once', async () => {
  const alerts: Alert[] = [];
  const watch = nodeOver(alerts);
  await watch();
  await watch();
  expect(alerts).toMatchObject([{ title: 'Remote workers', text: NOTE, severity: 'warning' }]);
});
