import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readClientFiles } from '../../../src/reports/backtest/client-files.ts';
import { renderReport } from '../../../src/reports/backtest/render-report.ts';
import { type ReportInput } from '../../../src/reports/backtest/report-input.ts';
import { openBrowser, type Browser, type Page } from '../../fixtures/browser.ts';
import { needsBrowser } from '../../fixtures/needs.ts';
import { randomSeries } from '../../unit/market/series-fixture.ts';
import { idle, playedInput } from '../../unit/reports/backtest/report-fixture.ts';

describe.skipIf(needsBrowser.isMissing)(needsBrowser.title('a report in a browser'), () => {
  let directory: string;
  let browser: Browser;
  beforeAll(async () => {
    directory = mkdtempSync(join(tmpdir(), 'corp report '));
    browser = await openBrowser();
  });
  afterAll(async () => {
    await browser?.close();
    rmSync(directory, { recursive: true, force: true });
  });

  const input = playedInput(randomSeries(3, 3_000, { volatility: 0.02, gapShare: 0.01 }));

  async function open(played: ReportInput, options: Parameters<Browser['open']>[1] = {}): Promise<Page> {
    const path = join(directory, 'report.html');
    writeFileSync(path, renderReport(played, await readClientFiles()));
    const page = await browser.open(path, options);
    expect(await page.evaluate('document.documentElement.dataset.state')).toBe('ready');
    expect(page.consoleMessages).toEqual([]);
    expect(page.requests).toEqual([pathToFileURL(path).href]);
    return page;
  }
  /** Resolves after the frame in which a change is drawn. */
  const drawn = (page: Page): Promise<unknown> =>
    page.evaluate('new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))');
  const textOf = (page: Page, selector: string): Promise<string> =>
    page.evaluate(`document.querySelector(${JSON.stringify(selector)}).textContent`);
  const countOf = (page: Page, selector: string): Promise<number> =>
    page.evaluate(`document.querySelectorAll(${JSON.stringify(selector)}).length`);
  async function press(page: Page, key: string, modifiers = 0): Promise<void> {
    const text = key.length === 1 ? { text: key } : {};
    await page.send('Input.dispatchKeyEvent', { type: 'keyDown', key, modifiers, ...text });
    await page.send('Input.dispatchKeyEvent', { type: 'keyUp', key, modifiers });
    await drawn(page);
  }
  interface Place {
    readonly x: number;
    readonly y: number;
  }
  const middleOf = (page: Page, selector: string): Promise<Place> =>
    page.evaluate(`(() => {
      const element = document.querySelector(${JSON.stringify(selector)});
      element.scrollIntoView({ block: 'center' });
      const box = element.getBoundingClientRect();
      return { x: box.left + box.width / 2, y: box.top + box.height / 2 };
    })()`);
  async function mouse(page: Page, type: string, { x, y }: Place, extra: object = {}): Promise<void> {
    await page.send('Input.dispatchMouseEvent', { type, x, y, button: 'left', clickCount: 1, ...extra });
  }
  async function click(page: Page, place: Place): Promise<void> {
    await mouse(page, 'mousePressed', place);
    await mouse(page, 'mouseReleased', place);
    await drawn(page);
  }
  /** Start and length of the visible window, as shares of the series (0..1). */
  const windowOf = (page: Page): Promise<{ readonly from: number; readonly share: number }> =>
    page.evaluate(
      `(({ style }) => ({ from: parseFloat(style.left) / 100, share: parseFloat(style.width) / 100 }))(document.querySelector('.brush'))`,
    );
  /** Share of the chart's pixels that are not transparent (0..1). */
  const inkOf = (page: Page): Promise<number> =>
    page.evaluate(`(() => {
      const canvas = document.querySelector('#stage canvas');
      const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
      let ink = 0;
      for (let i = 3; i < data.length; i += 4) if (data[i] > 0) ink += 1;
      return ink / (data.length / 4);
    })()`);

  it('opens from a file, sends no request, logs nothing, and draws', async () => {
    const page = await open(input);
    expect(await inkOf(page)).toBeGreaterThan(0.03);
    expect(await countOf(page, '.legend')).toBe(4);
    expect(await windowOf(page)).toEqual({ from: 0, share: 1 });
    expect(await countOf(page, '#trades tbody tr')).toBe(Math.min(200, input.metrics.trades));
    expect(await textOf(page, '.legend b.equity')).toBe(
      input.metrics.finalEquity.toLocaleString('en-US', { minimumFractionDigits: 2, maximumFractionDigits: 2 }),
    );
  });

  it.each([
    ['wide and dark', { width: 1600, isDark: true }],
    ['narrow', { width: 360, height: 740 }],
  ])('is not wider than the viewport: %s', async (_what, options) => {
    const page = await open(input, options);
    expect(await page.evaluate('document.documentElement.scrollWidth <= innerWidth')).toBe(true);
    expect(await inkOf(page)).toBeGreaterThan(0.03);
  });

  it('redraws after the chart was shrunk to zero width', async () => {
    const page = await open(input);
    const resized = async (width: string): Promise<number> => {
      await page.evaluate(`document.getElementById('stage').style.width = '${width}'`);
      await drawn(page);
      return page.evaluate(`document.querySelector('#stage canvas').width`);
    };
    const before = await resized('');
    for (const width of ['30px', '0']) expect(await resized(width)).toBeLessThanOrEqual(30);
    expect(await resized('')).toBe(before);
    expect(await inkOf(page)).toBeGreaterThan(0.03);
    expect(page.consoleMessages).toEqual([]);
  });

  it('follows the colour scheme of the system', async () => {
    const background = (page: Page): Promise<string> =>
      page.evaluate('getComputedStyle(document.body).backgroundColor');
    expect(await background(await open(input))).not.toBe(await background(await open(input, { isDark: true })));
  });

  it('works without a trade', async () => {
    const page = await open(playedInput(undefined, idle));
    expect(await inkOf(page)).toBeGreaterThan(0.01);
    expect(await countOf(page, '#trades tbody tr')).toBe(0);
    await page.evaluate(`document.getElementById('stage').focus()`);
    for (const key of ['n', 'p', '+', 'ArrowRight', 'Home', 'Escape']) await press(page, key);
    expect(page.consoleMessages).toEqual([]);
  });

  it('shows the trade that is clicked in the list, and the next ones by key', async () => {
    const page = await open(input);
    await click(page, await middleOf(page, '#trades tbody tr[data-trade="5"] td'));
    const { share } = await windowOf(page);
    expect(share).toBeLessThan(0.1);
    expect(await textOf(page, '.card')).toContain('#5 long');
    expect(await textOf(page, '.card')).toContain(input.simulation.trades[4]!.reason);
    expect(await countOf(page, '#trades tr.chosen')).toBe(1);
    await press(page, 'n');
    expect(await textOf(page, '.card')).toContain('#6 long');
    await press(page, 'p');
    await press(page, 'p');
    expect(await textOf(page, '.card')).toContain('#4 long');
    expect(await textOf(page, '#chart-voice')).toContain('trade 4');
    await press(page, 'Escape');
    expect(await page.evaluate(`document.querySelector('.card').hidden`)).toBe(true);
    await press(page, '0');
    expect(await windowOf(page)).toEqual({ from: 0, share: 1 });
  });

  it('zooms and moves by wheel, drag, selection, brush and keys, all charts together', async () => {
    const page = await open(input);
    const middle = await middleOf(page, '#stage');
    // Without focus the wheel scrolls the page.
    await mouse(page, 'mouseWheel', middle, { deltaX: 0, deltaY: -100 });
    await drawn(page);
    expect((await windowOf(page)).share).toBe(1);
    expect(await textOf(page, '#chart-help')).toContain('Click the chart first');

    await page.evaluate(`document.getElementById('stage').focus({ preventScroll: true })`);
    const at = await middleOf(page, '#stage');
    for (let i = 0; i < 5; i += 1) await mouse(page, 'mouseWheel', at, { deltaX: 0, deltaY: -100 });
    await drawn(page);
    const zoomed = await windowOf(page);
    expect(zoomed.share).toBeLessThan(0.4);

    await mouse(page, 'mousePressed', at);
    await mouse(page, 'mouseMoved', { x: at.x + 150, y: at.y }, { buttons: 1 });
    await mouse(page, 'mouseReleased', { x: at.x + 150, y: at.y });
    await drawn(page);
    const dragged = await windowOf(page);
    expect(dragged.from).toBeLessThan(zoomed.from);
    expect(dragged.share).toBeCloseTo(zoomed.share, 6);

    await mouse(page, 'mousePressed', at, { modifiers: 8 });
    await mouse(page, 'mouseMoved', { x: at.x + 100, y: at.y }, { buttons: 1, modifiers: 8 });
    await mouse(page, 'mouseReleased', { x: at.x + 100, y: at.y }, { modifiers: 8 });
    await drawn(page);
    expect((await windowOf(page)).share).toBeLessThan(dragged.share / 3);

    await press(page, '-');
    const before = await windowOf(page);
    await press(page, 'ArrowRight', 8);
    const walked = await windowOf(page);
    expect(walked.from).toBeGreaterThan(before.from);

    const brush = await middleOf(page, '.brush');
    await mouse(page, 'mousePressed', brush);
    await mouse(page, 'mouseMoved', { x: brush.x - 200, y: brush.y }, { buttons: 1 });
    await mouse(page, 'mouseReleased', { x: brush.x - 200, y: brush.y });
    await drawn(page);
    expect((await windowOf(page)).from).toBeLessThan(walked.from);
    expect(page.consoleMessages).toEqual([]);
  });

  it('shows the same bar in all charts under the crosshair', async () => {
    const page = await open(input);
    await page.evaluate(`document.getElementById('stage').focus()`);
    await press(page, 'Home');
    expect(await textOf(page, '#chart-voice')).toContain('2025-01-01 00:00');
    expect(await textOf(page, '.legend b.equity')).toBe('10,000.00');
    const { series } = input;
    expect(await textOf(page, '.legend')).toContain(series.close[0]!.toFixed(5).slice(0, 6));
    await press(page, 'End');
    expect(await textOf(page, '#chart-voice')).toContain(new Date(series.time.at(-1)!).toISOString().slice(0, 10));
  });

  it('sorts, filters and pages the list of trades', async () => {
    const page = await open(input);
    const { trades } = input.simulation;
    expect(trades.length).toBeGreaterThan(200);
    const pnlOf = async (): Promise<number> =>
      Number((await textOf(page, '#trades tbody tr td:nth-child(5)')).replaceAll(',', ''));
    const sortBy = async (column: number): Promise<void> => {
      await page.evaluate(`document.querySelector('#trades thead th:nth-child(${column}) button').click()`);
    };
    const pnls = trades.map(({ pnl }) => pnl);
    await sortBy(5);
    expect(await pnlOf()).toBeCloseTo(Math.min(...pnls), 2);
    await sortBy(5);
    expect(await pnlOf()).toBeCloseTo(Math.max(...pnls), 2);
    expect(await countOf(page, '#trades [aria-sort="descending"]')).toBe(1);

    await page.evaluate(
      `[...document.querySelectorAll('.pager button')].find((b) => b.textContent === 'last').click()`,
    );
    expect(await textOf(page, '.pager')).toContain(`to ${trades.length} of ${trades.length}`);

    const won = trades.filter(({ pnl }) => pnl > 0).length;
    await page.evaluate(`(() => {
      const select = document.querySelector('#trade-tools select');
      select.selectedIndex = [...select.options].findIndex((option) => option.text.startsWith('won'));
      select.dispatchEvent(new Event('change'));
    })()`);
    expect(await textOf(page, '#trade-tools select option:checked')).toBe(`won (${won})`);
    expect(await countOf(page, '#trades tbody tr')).toBe(Math.min(200, won));
    expect(await countOf(page, '#trades tbody tr td.loss')).toBe(0);
  });

  it('exports all trades as CSV, with all digits', async () => {
    const page = await open(input);
    const csv = await page.evaluate<string>(`(() => {
      let text;
      URL.createObjectURL = (blob) => ((text = blob.text()), 'blob:kept');
      HTMLAnchorElement.prototype.click = () => undefined;
      [...document.querySelectorAll('#trade-tools button')].find((button) => button.textContent === 'CSV').click();
      return text;
    })()`);
    const { trades } = input.simulation;
    const lines = csv.trimEnd().split('\r\n');
    expect(lines).toHaveLength(trades.length + 1);
    const last = trades.at(-1)!;
    for (const value of [new Date(last.entryTime).toISOString(), last.pnl, last.quantity, last.reason]) {
      expect(lines.at(-1)).toContain(`"${value}"`);
    }
  });

  it('prints in light colours, as wide as the paper and without controls, also in dark mode', async () => {
    const page = await open(input, { isDark: true });
    const valueOf = (expression: string): Promise<unknown> => page.evaluate(expression);
    await valueOf(`addEventListener('beforeprint', () => {
      window.onPaper = [
        getComputedStyle(document.documentElement).getPropertyValue('--panel'),
        document.querySelector('#stage canvas').width,
      ];
    })`);
    const width = await valueOf(`document.querySelector('#stage canvas').width`);
    const { data } = (await page.send('Page.printToPDF')) as { data: string };
    expect(Buffer.from(data, 'base64').subarray(0, 5).toString()).toBe('%PDF-');
    expect(await valueOf('onPaper')).toEqual(['#ffffff', 690]);
    await drawn(page);
    expect(await valueOf(`document.querySelector('#stage canvas').width`)).toBe(width);
    expect(await valueOf(`getComputedStyle(document.documentElement).getPropertyValue('--panel')`)).not.toBe('#ffffff');

    await page.send('Emulation.setEmulatedMedia', { media: 'print' });
    for (const hidden of ['.over', '.tools', '#chart-help']) {
      expect(await valueOf(`getComputedStyle(document.querySelector('${hidden}')).display`), hidden).toBe('none');
    }
  });
});
