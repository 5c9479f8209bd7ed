import { type Metrics } from '../../domain/backtest/metrics/metrics.ts';
import { change, count, money, ratio, share, span, toneOf } from './format.ts';
import { html, type Html } from './html.ts';

interface Figure {
  readonly name: string;
  readonly value: string;
  readonly meaning: string;
  /** A number whose sign (gain or loss) sets the colour of the figure. */
  readonly signed?: number | null;
}

interface Group {
  readonly title: string;
  readonly figures: readonly Figure[];
}

/** The key figures, each with a second figure for context. */
export function headline(metrics: Metrics, quote: string): Html {
  const tiles: readonly Figure[] = [
    {
      name: 'Total return',
      value: change(metrics.totalReturn),
      meaning: `buy and hold ${change(metrics.buyAndHold)}`,
      signed: metrics.totalReturn,
    },
    {
      name: 'Deepest drawdown',
      value: share(metrics.maxDrawdown),
      meaning: `longest ${span(metrics.maxDrawdownMs)}`,
    },
    {
      name: 'Sharpe ratio',
      value: ratio(metrics.sharpe),
      meaning: metrics.notAnnualised ?? `above zero with probability ${share(metrics.probabilisticSharpe)}`,
      signed: metrics.sharpe,
    },
    { name: 'Trades', value: count(metrics.trades), meaning: `in the market ${share(metrics.exposure)} of the time` },
    {
      name: 'Win rate',
      value: share(metrics.winRate),
      meaning: `${count(metrics.wins)} of ${count(metrics.trades)} after fees`,
    },
    {
      name: 'Profit factor',
      value: ratio(metrics.profitFactor),
      meaning: 'won for each unit lost',
      signed: metrics.profitFactor === null ? null : metrics.profitFactor - 1,
    },
    {
      name: 'Average trade',
      value: change(metrics.averageTrade),
      meaning: `of its notional, ${money(metrics.expectancy)} ${quote}`,
      signed: metrics.averageTrade,
    },
    { name: 'Fees paid', value: money(metrics.feesPaid), meaning: `${quote}, already in every figure` },
  ];
  return html`<section class="tiles" aria-label="Key figures">
    ${tiles.map(
      ({ name, value, meaning, signed }) =>
        html`<div class="tile">
          <h2>${name}</h2>
          <p class="value ${toneOf(signed ?? null)}">${value}</p>
          <p class="muted">${meaning}</p>
        </div>`,
    )}
  </section>`;
}

/** All metrics, each with its meaning. */
export function figureTables(metrics: Metrics, quote: string): Html {
  return html`<section class="panel" aria-labelledby="figures-title">
    <h2 id="figures-title">All figures</h2>
    <p class="muted">After fees and slippage, on the equity of every bar. – means that the figure is not defined.</p>
    <div class="groups">
      ${[growth(metrics, quote), risk(metrics), trades(metrics, quote), streaks(metrics)].map(groupTable)}
    </div>
  </section>`;
}

const groupTable = ({ title, figures }: Group): Html =>
  html`<table class="figures">
    <caption>
      ${title}
    </caption>
    <tbody>
      ${figures.map(
        ({ name, value, meaning, signed }) =>
          html`<tr>
            <th scope="row">${name}<span class="muted">${meaning}</span></th>
            <td class="number ${toneOf(signed ?? null)}">${value}</td>
          </tr>`,
      )}
    </tbody>
  </table>`;

const growth = (m: Metrics, quote: string): Group => ({
  title: 'Growth',
  figures: [
    {
      name: 'Total return',
      value: change(m.totalReturn),
      meaning: 'final equity against the starting cash',
      signed: m.totalReturn,
    },
    {
      name: 'Buy and hold',
      value: change(m.buyAndHold),
      meaning: 'last close against the first open, without costs',
      signed: m.buyAndHold,
    },
    {
      name: 'Yearly growth',
      value: change(m.cagr),
      meaning: 'the total return as a steady rate over 365 days',
      signed: m.cagr,
    },
    {
      name: 'Worst case',
      value: change(m.worstCaseReturn),
      meaning: 'every ambiguous trade stopped; this is the total return',
      signed: m.worstCaseReturn,
    },
    {
      name: 'Best case',
      value: change(m.bestCaseReturn),
      meaning: 'every ambiguous trade at its target instead',
      signed: m.bestCaseReturn,
    },
    { name: 'Final equity', value: money(m.finalEquity), meaning: quote },
    { name: 'Fees paid', value: money(m.feesPaid), meaning: quote },
    { name: 'Exposure', value: share(m.exposure), meaning: 'bars at whose close a position was open' },
  ],
});

const risk = (m: Metrics): Group => ({
  title: 'Risk',
  figures: [
    {
      name: 'Sharpe ratio',
      value: ratio(m.sharpe),
      meaning: 'daily return over its deviation, a year of 365 days',
      signed: m.sharpe,
    },
    {
      name: 'Daily Sharpe',
      value: m.dailySharpe?.toFixed(4) ?? ratio(null),
      meaning: `the same over ${count(m.days)} days, not annualised`,
      signed: m.dailySharpe,
    },
    {
      name: 'Probabilistic Sharpe',
      value: share(m.probabilisticSharpe),
      meaning: 'probability that the true ratio is above zero',
    },
    {
      name: 'Deflated Sharpe',
      value: share(m.deflatedSharpe),
      meaning:
        m.trials === null
          ? 'needs the number of trials, which is unknown here'
          : `above the luck of the best of ${count(m.trials)} trials`,
    },
    {
      name: 'Sortino ratio',
      value: ratio(m.sortino),
      meaning: 'as Sharpe, over the losing days only',
      signed: m.sortino,
    },
    {
      name: 'Calmar ratio',
      value: ratio(m.calmar),
      meaning: 'yearly growth over the deepest drawdown',
      signed: m.calmar,
    },
    {
      name: 'Annual volatility',
      value: share(m.annualVolatility),
      meaning: 'deviation of daily returns, a year of 365 days',
    },
    { name: 'Deepest drawdown', value: share(m.maxDrawdown), meaning: 'largest fall from a peak' },
    { name: 'Average drawdown', value: share(m.averageDrawdown), meaning: 'mean depth of the separate falls' },
    { name: 'Longest drawdown', value: span(m.maxDrawdownMs), meaning: 'from peak to recovery, or to the end' },
    { name: 'Average time below peak', value: span(m.averageDrawdownMs), meaning: 'of the separate falls' },
    { name: 'Value at risk', value: share(m.valueAtRisk), meaning: 'loss of a day that 5 % of days exceed' },
    { name: 'Expected shortfall', value: share(m.expectedShortfall), meaning: 'mean loss of those days' },
  ],
});

const trades = (m: Metrics, quote: string): Group => ({
  title: 'Trades',
  figures: [
    { name: 'Trades', value: count(m.trades), meaning: 'one still open at the end included' },
    { name: 'Win rate', value: share(m.winRate), meaning: `${count(m.wins)} earned more than their fees` },
    { name: 'Profit factor', value: ratio(m.profitFactor), meaning: 'gross profit over gross loss' },
    { name: 'Expectancy', value: money(m.expectancy), meaning: `mean of a trade, ${quote}`, signed: m.expectancy },
    {
      name: 'Average trade',
      value: change(m.averageTrade),
      meaning: "of the entry's notional",
      signed: m.averageTrade,
    },
    { name: 'Best trade', value: change(m.bestTrade), meaning: "of the entry's notional", signed: m.bestTrade },
    { name: 'Worst trade', value: change(m.worstTrade), meaning: "of the entry's notional", signed: m.worstTrade },
    { name: 'Gross profit', value: money(m.grossProfit), meaning: `sum of the winners, ${quote}` },
    { name: 'Gross loss', value: money(m.grossLoss), meaning: `sum of the losers, ${quote}` },
  ],
});

const streaks = (m: Metrics): Group => ({
  title: 'Holding and streaks',
  figures: [
    {
      name: 'System quality',
      value: ratio(m.sqn),
      meaning: 'root of trades x mean over deviation of their profit',
      signed: m.sqn,
    },
    { name: 'Average holding', value: span(m.averageTradeMs), meaning: "from the entry's bar to the exit's" },
    { name: 'Longest holding', value: span(m.maxTradeMs), meaning: "from the entry's bar to the exit's" },
    { name: 'Wins in a row', value: count(m.maxConsecutiveWins), meaning: 'at most' },
    { name: 'Losses in a row', value: count(m.maxConsecutiveLosses), meaning: 'at most' },
    { name: 'Ambiguous trades', value: count(m.ambiguousTrades), meaning: 'stop and target touched in one bar' },
    { name: 'Bars', value: count(m.bars), meaning: 'in the series' },
    { name: 'Coverage', value: share(m.coverage), meaning: 'bars for which the exchange printed a candle' },
  ],
});
