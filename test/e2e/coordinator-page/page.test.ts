import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { openBrowser, type Browser, type Page } from '../../fixtures/browser.ts';
import { search } from '../../fixtures/fleet/open-fleet.ts';
import { startTestCoordinator, type TestCoordinator } from '../../fixtures/fleet/test-coordinator.ts';
import { needsBrowser } from '../../fixtures/needs.ts';
import { ROOT_REPORT } from '../../unit/fleet/fleet-fixture.ts';

const [A, B, C] = ['studio.local_Darwin_W1', 'box_Linux_W2', 'attic_Windows_W1'];
const TOKEN = 'a-token-of-16-chars';

describe.skipIf(needsBrowser.isMissing)(needsBrowser.title('the page of the coordinator in a browser'), () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await openBrowser();
  });
  afterAll(() => browser?.close());

  async function busyCoordinator(options: { readonly token?: string } = {}): Promise<TestCoordinator> {
    const server = await startTestCoordinator(options);
    onTestFinished(() => server.stop());
    await server.fleet.createUnits([search({ replicas: 1 }), search()]);
    await server.ask(A);
    await server.report(A, 1, { ...ROOT_REPORT, oos_pnl: 80 });
    await server.ask(B);
    await server.ask(C);
    await server.fleet.quarantineWorker(C, 'figures that no file can give');
    return server;
  }

  /** Resolves when the first poll has been shown. */
  const shown = (page: Page): Promise<string> =>
    page.evaluate(`new Promise((done) => {
      const badge = document.getElementById('connection');
      const look = () => badge.textContent !== '' && done(badge.textContent);
      new MutationObserver(look).observe(badge, { childList: true });
      look();
    })`);
  const textOf = (page: Page, id: string): Promise<string> =>
    page.evaluate(`document.getElementById('${id}').innerText`);

  it.each([
    ['/', { width: 1100 }],
    ['/mobile', { width: 400, height: 800 }],
  ])('%s shows units, workers and the best results, without scrolling sideways', async (path, options) => {
    const { url } = await busyCoordinator();
    const page = await browser.open(`${url}${path}`, options);
    expect(await shown(page)).toBe('connected');
    expect(page.consoleMessages).toEqual([]);
    expect(await textOf(page, 'totals')).toMatch(/Waiting\s+0\s+In progress\s+1\s+Completed\s+1/);
    expect(await textOf(page, 'workers')).toMatch(/attic_W1\s+quarantined/);
    expect(await textOf(page, 'results')).toMatch(/1\s+BTC-USD_FIVE_MINUTE.csv\s+80.00\s+120.50/);
    expect(await textOf(page, 'progress')).toContain('BTC-USD_FIVE_MINUTE.csv');
    expect(await page.evaluate('document.documentElement.scrollWidth <= innerWidth')).toBe(true);
    expect(page.requests.every((request) => request.startsWith(url))).toBe(true);
  });

  it('shows what needs no token, and the rest once the token is entered', async () => {
    const { url } = await busyCoordinator({ token: TOKEN });
    const page = await browser.open(`${url}/`);
    expect(await shown(page)).toBe('connected');
    expect(await page.evaluate(`document.getElementById('login').hidden`)).toBe(false);
    expect(await textOf(page, 'workers')).not.toContain('quarantined');
    await page.evaluate(`new Promise((done) => {
      new MutationObserver(done).observe(document.getElementById('workers'), { childList: true });
      document.getElementById('token').value = '${TOKEN}';
      document.getElementById('login').requestSubmit();
    })`);
    expect(await textOf(page, 'workers')).toContain('quarantined');
    expect(await page.evaluate(`document.getElementById('login').hidden`)).toBe(true);
  });
});
