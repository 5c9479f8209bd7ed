import { createHash } from 'node:crypto';
import { beforeAll, describe, expect, it } from 'vitest';
import { type ChartDocument } from '../../../../src/reports/backtest/chart-document.ts';
import { readClientFiles, type ClientFiles } from '../../../../src/reports/backtest/client-files.ts';
import { renderReport } from '../../../../src/reports/backtest/render-report.ts';
import { type ReportInput } from '../../../../src/reports/backtest/report-input.ts';
import { tradeReturn } from '../../../../src/domain/backtest/metrics/trade-statistics.ts';
import { REJECTED_SIGNAL_REASONS } from '../../../../src/domain/backtest/result.ts';
import { describeSpec } from '../../../../src/domain/strategies/describe-spec.ts';
import { modelOf } from '../../../../web/report/model.js';
import { free, market, realistic } from '../../backtest/spec-fixture.ts';
import { randomSeries } from '../../market/series-fixture.ts';
import { crossing, idle, playedInput } from './report-fixture.ts';

let files: ClientFiles;
beforeAll(async () => {
  files = await readClientFiles();
});

const dataOf = (page: string): ChartDocument =>
  JSON.parse(/<script type="application\/json" id="report-data">(.*?)<\/script>/s.exec(page)![1]!) as ChartDocument;
const textOf = (page: string): string =>
  page
    .slice(page.indexOf('<main>'), page.indexOf('</footer>'))
    .replaceAll(/<[^>]*>/g, ' ')
    .replaceAll('&#39;', "'")
    .replaceAll(/\s+/g, ' ');

describe('a report', () => {
  it('shows spec, candles and costs', () => {
    const input = playedInput();
    const text = textOf(renderReport(input, files));
    for (const fact of [
      describeSpec(input.spec),
      'from TEST_ONE_HOUR.csv',
      'taker 1.20 %, maker 0.60 %',
      '0.05 % of the price, unfavourable',
      `${input.coverage.missing} of 600 bars are missing`,
      input.resultHash,
      '10,000.00 USD',
    ]) {
      expect(text).toContain(fact);
    }
    expect(text).not.toContain('somewhere');
  });

  it('is the same for the same backtest', () => {
    expect(renderReport(playedInput(), files)).toBe(renderReport(playedInput(), files));
  });

  it('is self-contained: no address, no loaded file, no handler in the markup', () => {
    // The script is checked by the tests of its bundle.
    const page = renderReport(playedInput(), { ...files, script: '' });
    expect(page).not.toMatch(/https?:|<link|<img|<iframe|@import|\ssrc=|\shref=|url\(/);
    expect(page).not.toMatch(/<[^>]+\son[a-z]+=/);
    expect(page).not.toMatch(/<[^>]+\sstyle=/);
  });

  it('allows only its own script and style', () => {
    const page = renderReport(playedInput(), files);
    const policy = /Content-Security-Policy" content="([^"]*)"/.exec(page)![1]!.replaceAll('&#39;', "'");
    const hashOf = (tag: string): string => {
      const text = new RegExp(`<${tag}>(.*?)</${tag}>`, 's').exec(page)![1]!;
      return `'sha256-${createHash('sha256').update(text).digest('base64')}'`;
    };
    expect(policy).toContain("default-src 'none'");
    expect(policy).toContain(`script-src ${hashOf('script')}`);
    expect(policy).toContain(`style-src ${hashOf('style')}`);
    expect(policy).not.toContain('unsafe');
  });

  it('shows every metric: another value gives another page', () => {
    const input = playedInput(undefined, undefined, undefined, [0.1, -0.1, 0.02]);
    const page = renderReport(input, files);
    for (const [name, value] of Object.entries(input.metrics)) {
      if (typeof value !== 'number') continue;
      const other = { ...input, metrics: { ...input.metrics, [name]: value * 1.5 + 3_600_000 } };
      expect(renderReport(other, files) === page, name).toBe(false);
    }
    for (const reason of REJECTED_SIGNAL_REASONS) {
      const rejectedSignals = { ...input.metrics.rejectedSignals, [reason]: 4_321 };
      expect(textOf(renderReport({ ...input, metrics: { ...input.metrics, rejectedSignals } }, files))).toContain(
        '4,321',
      );
    }
  });

  it('escapes external texts', () => {
    const hostile = `</script><script>alert(1)</script><img src=x onerror="alert('2')">`;
    const input = playedInput();
    const page = renderReport(
      {
        ...input,
        dataFile: `x/BTC-USD_${hostile.replaceAll('/', '')}.csv`,
        series: { ...input.series, symbol: hostile },
      },
      files,
    );
    expect(page).not.toMatch(/<script>alert|<img/);
    expect(page.match(/<\/script>/g)).toHaveLength(2);
    expect(dataOf(page).symbol).toBe(hostile);
  });

  it('contains the curves and trades of the simulation', () => {
    const input = playedInput();
    const { series, simulation, metrics, model } = input;
    const page = renderReport(input, files);
    const decoded = modelOf(dataOf(page));
    expect(decoded.points).toBe(600);
    decoded.close.forEach((value, i) => expect(value).toBeCloseTo(series.close[i]!, 4));
    decoded.equity.forEach((value, i) => expect(value).toBeCloseTo(simulation.equity[i]!, 2));
    expect(decoded.hold.at(-1)! / model.initialCash - 1).toBeCloseTo(metrics.buyAndHold, 5);
    expect(Math.max(...decoded.drawdown)).toBeCloseTo(metrics.maxDrawdown, 6);
    expect(decoded.timeAt(599)).toBe(series.time[599]);
    expect(decoded.trades).toHaveLength(metrics.trades);
    simulation.trades.forEach((trade, i) => {
      const { entryTime, exitTime, entryPrice, exitPrice, quantity, fees, pnl, reason, ambiguous } = trade;
      expect(decoded.trades[i]).toMatchObject({
        entryTime,
        exitTime,
        entryPrice,
        exitPrice,
        quantity,
        fees,
        pnl,
        reason,
        ambiguous,
      });
      expect(decoded.trades[i]!.return).toBe(tradeReturn(trade));
      expect(series.time[decoded.trades[i]!.exit]).toBe(exitTime);
    });
  });

  it('is complete without a trade', () => {
    const text = textOf(renderReport(playedInput(undefined, idle), files));
    for (const line of ['No trade.', 'None: the spec never entered.', 'No trades.', 'Equity never fell']) {
      expect(text).toContain(line);
    }
    expect(text).not.toMatch(/NaN|Infinity|undefined|null/);
  });
});

describe('the notes of a report', () => {
  const notesOf = (input: ReportInput): string => textOf(renderReport(input, files));

  it('always say that it is one spec in sample, at the top and at the end', () => {
    expect(notesOf(playedInput()).match(/in-sample figure/g)).toHaveLength(2);
  });
  it('give the number of trials behind the deflated Sharpe ratio, or say that it is unknown', () => {
    expect(notesOf(playedInput())).toContain('not deflated');
    expect(notesOf(playedInput(undefined, undefined, undefined, [0.1, -0.1, 0.2]))).toContain('deflated by 3 trials');
  });
  it('give both bounds of ambiguous trades', () => {
    const input = playedInput(randomSeries(3, 800, { volatility: 0.04 }));
    const { ambiguousTrades, worstCaseReturn, bestCaseReturn } = input.metrics;
    expect(ambiguousTrades).toBeGreaterThan(0);
    const text = notesOf(input);
    expect(text).toContain(`${ambiguousTrades} trades touched stop and target in one bar`);
    for (const bound of [worstCaseReturn, bestCaseReturn]) expect(text).toContain(`${(bound * 100).toFixed(2)} %`);
  });
  it.each([
    ['fees', { ...free, slippageRate: 0.001 }, 'without some or all fees'],
    ['slippage', { ...realistic, slippageRate: 0 }, 'without slippage'],
    ['funding', realistic, 'Funding payments of the perpetual contract are not simulated'],
    [
      'borrowing',
      { ...realistic, market: { ...market, kind: 'dated' as const } },
      'cost of borrowing is not simulated',
    ],
  ])('say that there were no %s', (_what, model, line) => {
    expect(notesOf(playedInput(undefined, { ...crossing, side: 'short' }, model))).toContain(line);
    expect(
      notesOf(playedInput(undefined, crossing, { ...realistic, market: { ...market, kind: 'spot' } })),
    ).not.toContain(line);
  });
  it('warn about too few trades', () => {
    const input = playedInput(randomSeries(7, 160));
    expect(input.metrics.trades).toBeLessThan(30);
    expect(notesOf(input)).toContain('too few to tell skill from luck');
  });
});

describe('the size of a report', () => {
  it('stays below 3 MB for 59,206 bars', () => {
    const series = randomSeries(11, 59_206, { timeframe: '5m', volatility: 0.002 });
    const input = playedInput(series, { ...crossing, sizing: { kind: 'fraction', fraction: 0.01 } });
    expect(input.metrics.trades).toBeGreaterThan(2_000);
    const page = renderReport(input, files);
    expect(dataOf(page).barsPerPoint).toBe(1);
    expect(page.length).toBeLessThan(3_000_000);
  });

  it('is bounded for long series: the chart has fewer points and says so, trades stay exact', () => {
    const input = playedInput(randomSeries(12, 250_000, { timeframe: '1m', volatility: 0.0005 }));
    const page = renderReport(input, files);
    expect(page).toContain('The chart shows candles of 3 bars');
    expect(dataOf(page)).toMatchObject({ barsPerPoint: 3, bars: 250_000, points: 83_334 });
    const { trades } = modelOf(dataOf(page));
    expect(trades.map(({ pnl }) => pnl)).toEqual(input.simulation.trades.map(({ pnl }) => pnl));
    expect(trades.map(({ exitTime }) => exitTime)).toEqual(input.simulation.trades.map(({ exitTime }) => exitTime));
    // Columns of the chart only; the list of trades is not limited.
    expect(JSON.stringify({ ...dataOf(page), trades: null }).length).toBeLessThan(3_000_000);
  });
});
