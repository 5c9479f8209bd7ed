import { basename } from 'node:path';
import { type CoverageReport } from '../../domain/market/series.ts';
import { describeSpec } from '../../domain/strategies/describe-spec.ts';
import { VERSION } from '../../paths.ts';
import { change, count, minuteOf, money, share, span, toneOf } from './format.ts';
import { html, type Html } from './html.ts';
import { type ReportInput } from './report-input.ts';

const NAMED_GAPS = 3;

/** Header of a report: spec, candles, costs, and the result in one line. */
export function heading(input: ReportInput): Html {
  const { spec, series, metrics, model, resultHash } = input;
  const { market } = model;
  const facts: readonly (readonly [name: string, text: string])[] = [
    ['Period', `${minuteOf(metrics.start)} to ${minuteOf(metrics.end)} UTC (${span(metrics.end - metrics.start)})`],
    ['Candles', `${count(metrics.bars)} of ${series.timeframe}, from ${basename(input.dataFile)}`],
    ['Coverage', coverageText(input.coverage)],
    ['Market', `${market.kind}, tick ${market.tickSize}, step ${market.stepSize}`],
    ['Fees', `taker ${share(market.takerFeeRate)}, maker ${share(market.makerFeeRate)} of notional, on every fill`],
    ['Slippage', slippageText(model)],
    ['Starting cash', `${money(model.initialCash)} ${market.quote}`],
    ['Result hash', resultHash],
    ['Made by', `Bittrading Corp ${VERSION}, corp backtest`],
  ];
  return html`<header>
    <p class="kind">
      Backtest of one strategy <span class="badge">${spec.family}</span> <span class="badge">${spec.side}</span>
    </p>
    <h1>${series.symbol} <span class="muted">${series.timeframe}</span></h1>
    <p class="spec">${describeSpec(spec)}</p>
    <p class="verdict ${toneOf(metrics.totalReturn)}">${verdict(input)}</p>
    <dl class="facts">
      ${facts.map(
        ([name, text]) =>
          html`<div>
            <dt>${name}</dt>
            <dd>${text}</dd>
          </div>`,
      )}
    </dl>
    <details>
      <summary>Spec as JSON</summary>
      <pre tabindex="0">${JSON.stringify(spec, null, 2)}</pre>
    </details>
  </header>`;
}

function verdict({ metrics, model }: ReportInput): Html {
  const hold = `buy and hold, without costs: ${change(metrics.buyAndHold)}`;
  if (metrics.trades === 0) return html`<strong>No trade.</strong> The spec never entered; ${hold}.`;
  const trades = `${count(metrics.trades)} ${metrics.trades === 1 ? 'trade' : 'trades'}`;
  return html`<strong>${change(metrics.totalReturn)}</strong> in ${trades}, after ${money(metrics.feesPaid)}
    ${model.market.quote} of fees; ${hold}.`;
}

function slippageText({ slippageRate, stopRangeShare, priceImprovement }: ReportInput['model']): string {
  const targets = priceImprovement
    ? 'targets that the market gaps past fill at the open'
    : 'targets fill at their limit, never better';
  const stops =
    slippageRate > 0 && stopRangeShare > 0
      ? `, for a stop inside a bar at least ${share(stopRangeShare)} of the bar's range`
      : '';
  return `${share(slippageRate)} of the price, unfavourable, on every market fill${stops}; ${targets}`;
}

function coverageText({ coverage, missing, untraded, gaps, bars }: CoverageReport): string {
  if (missing === 0) return `${share(coverage)}, no candle is missing`;
  const largest = [...gaps].sort((a, b) => b.bars - a.bars || a.from - b.from).slice(0, NAMED_GAPS);
  const named = largest.map((gap) => `${count(gap.bars)} from ${minuteOf(gap.from)}`).join(', ');
  const quiet = untraded > 0 ? ` (${count(untraded)} of them have volume 0 and no range)` : '';
  const which = gaps.length > NAMED_GAPS ? `${count(gaps.length)} gaps, the largest:` : 'gaps:';
  return `${share(coverage)}, ${count(missing)} of ${count(bars)} bars are missing${quiet} and filled flat; ${which} ${named}`;
}
