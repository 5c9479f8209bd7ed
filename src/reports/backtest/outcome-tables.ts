import { fallsOf } from '../../domain/backtest/metrics/drawdown.ts';
import { tradeReturn } from '../../domain/backtest/metrics/trade-statistics.ts';
import {
  EXIT_REASONS,
  REJECTED_SIGNAL_REASONS,
  type ExitReason,
  type RejectedSignalReason,
} from '../../domain/backtest/result.ts';
import { timeframeMs } from '../../domain/market/timeframe.ts';
import { change, count, minuteOf, money, share, span, toneOf } from './format.ts';
import { histogram } from './histogram.ts';
import { html, type Html } from './html.ts';
import { type ReportInput } from './report-input.ts';

const SHOWN_FALLS = 5;

const EXITS: Readonly<Record<ExitReason, string>> = {
  stop: 'the fixed stop was touched',
  target: 'the limit at the target filled',
  'trailing-stop': 'the trailing stop was touched',
  signal: 'the exit rule was true',
  'max-hold': 'the maximum holding time was reached',
  'end-of-data': 'still open at the end',
  liquidation: 'the account had lost everything',
};

const REJECTIONS: Readonly<Record<RejectedSignalReason, string>> = {
  'below-minimum': "amount or notional under the market's minimum",
  'insufficient-funds': 'the account had too little cash',
  'filled-bar': 'the bar of the signal was missing at the exchange',
  'last-bar': 'no later bar to fill in',
  'stop-too-near': 'the stop was nearer than one tick plus the slippage',
  'target-too-near': 'the target was nearer than one tick',
};

/** Distribution of trade returns, exits by reason, deepest drawdowns, ambiguous trades and rejected signals. */
export function outcomeSections(input: ReportInput): Html {
  const { metrics, simulation } = input;
  return html`<div class="pair">
    <section class="panel" aria-labelledby="spread-title">
      <h2 id="spread-title">Trade returns</h2>
      ${histogram(simulation.trades.map(tradeReturn), metrics.averageTrade)}
    </section>
    <section class="panel" aria-labelledby="exits-title">
      <h2 id="exits-title">Exits by reason</h2>
      ${exitTable(input)}
    </section>
    <section class="panel" aria-labelledby="falls-title">
      <h2 id="falls-title">Deepest drawdowns</h2>
      ${fallTable(input)}
    </section>
    <section class="panel" aria-labelledby="doubt-title">
      <h2 id="doubt-title">Ambiguous trades and rejected signals</h2>
      ${ambiguityText(input)} ${rejectionTable(input)}
    </section>
  </div>`;
}

function exitTable({ metrics, model }: ReportInput): Html {
  const rows = EXIT_REASONS.filter((reason) => metrics.byExitReason[reason].trades > 0).map((reason) => {
    const { trades, wins, pnl } = metrics.byExitReason[reason];
    return html`<tr>
      <th scope="row">${reason}<span class="muted">${EXITS[reason]}</span></th>
      <td class="number">${count(trades)}</td>
      <td class="number">${share(wins / trades)}</td>
      <td class="number ${toneOf(pnl)}">${money(pnl)}</td>
    </tr>`;
  });
  if (rows.length === 0) return html`<p class="empty">No trades.</p>`;
  return html`<table>
    <thead>
      <tr>
        <th scope="col">Reason</th>
        <th scope="col" class="number">Trades</th>
        <th scope="col" class="number">Won</th>
        <th scope="col" class="number">P/L ${model.market.quote}</th>
      </tr>
    </thead>
    <tbody>
      ${rows}
    </tbody>
  </table>`;
}

function fallTable({ simulation, series, model }: ReportInput): Html {
  const barMs = timeframeMs(series.timeframe);
  /** Close time of a bar, epoch ms; bar -1 is the start of the series. */
  const closeOf = (bar: number): number => series.time[0]! + (bar + 1) * barMs;
  const falls = fallsOf(simulation.equity, model.initialCash)
    .sort((a, b) => b.depth - a.depth || a.peakBar - b.peakBar)
    .slice(0, SHOWN_FALLS);
  if (falls.length === 0) return html`<p class="empty">Equity never fell below an earlier mark.</p>`;
  const rows = falls.map(
    ({ depth, peakBar, troughBar, endBar, recovered }) =>
      html`<tr>
        <td class="number loss">${share(depth)}</td>
        <td>${minuteOf(closeOf(peakBar))}</td>
        <td>${minuteOf(closeOf(troughBar))}</td>
        <td>${recovered ? minuteOf(closeOf(endBar)) : 'not yet'}</td>
        <td class="number">${span((endBar - peakBar) * barMs)}</td>
      </tr>`,
  );
  return html`<div class="scroll" tabindex="0" role="region" aria-labelledby="falls-title">
    <table>
      <thead>
        <tr>
          <th scope="col" class="number">Depth</th>
          <th scope="col">Peak</th>
          <th scope="col">Trough</th>
          <th scope="col">Recovered</th>
          <th scope="col" class="number">Length</th>
        </tr>
      </thead>
      <tbody>
        ${rows}
      </tbody>
    </table>
  </div>`;
}

function ambiguityText({ metrics }: ReportInput): Html {
  const { ambiguousTrades, worstCaseReturn, bestCaseReturn } = metrics;
  if (ambiguousTrades === 0) {
    return html`<p>No trade is ambiguous: none ended in a bar that touched both stop and target.</p>`;
  }
  return html`<p>
      ${count(ambiguousTrades)} of ${count(metrics.trades)} trades are ambiguous: their bar touched stop and target, in
      unknown order.
    </p>
    <table>
      <thead>
        <tr>
          <th scope="col">Assumption for these bars</th>
          <th scope="col" class="number">Total return</th>
        </tr>
      </thead>
      <tbody>
        <tr>
          <th scope="row">stop always first<span class="muted">worst case; this is the total return</span></th>
          <td class="number ${toneOf(worstCaseReturn)}">${change(worstCaseReturn)}</td>
        </tr>
        <tr>
          <th scope="row">target always first<span class="muted">best case</span></th>
          <td class="number ${toneOf(bestCaseReturn)}">${change(bestCaseReturn)}</td>
        </tr>
      </tbody>
    </table>`;
}

function rejectionTable({ metrics }: ReportInput): Html {
  const rows = REJECTED_SIGNAL_REASONS.map(
    (reason) =>
      html`<tr>
        <th scope="row">${reason}<span class="muted">${REJECTIONS[reason]}</span></th>
        <td class="number">${count(metrics.rejectedSignals[reason])}</td>
      </tr>`,
  );
  return html`<table>
    <thead>
      <tr>
        <th scope="col">Entry signals that became no trade</th>
        <th scope="col" class="number">Signals</th>
      </tr>
    </thead>
    <tbody>
      ${rows}
    </tbody>
  </table>`;
}
