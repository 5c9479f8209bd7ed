import { type Metrics } from '../../domain/backtest/metrics/metrics.ts';
import { change, count, share } from './format.ts';
import { html, type Html } from './html.ts';
import { type ReportInput } from './report-input.ts';

/** With fewer trades, single trades decide every figure. */
const FEW_TRADES = 30;

/** Limits of the evidence of this run. */
export function notes(input: ReportInput, barsPerPoint: number): Html {
  const texts = [...evidence(input.metrics), ...assumptions(input), ...omissions(input, barsPerPoint)];
  return html`<section class="panel notes" aria-labelledby="notes-title">
    <h2 id="notes-title">Before you believe it</h2>
    <ul>
      ${texts.map((text) => html`<li>${text}</li>`)}
    </ul>
  </section>`;
}

/** What the figures can say about later periods. */
export function evidence(metrics: Metrics): readonly string[] {
  const { trades, trials, deflatedSharpe, notAnnualised } = metrics;
  return [
    'One spec on one stretch of the past: an in-sample figure. It is no evidence that the spec earns anything later.',
    trials === null
      ? 'The number of specs tried before this one is unknown here, so the Sharpe ratio is not deflated: the best of many specs looks good by luck alone.'
      : `The Sharpe ratio is deflated by ${count(trials)} trials: with probability ${share(deflatedSharpe)} it is more than the luck of the best of so many.`,
    ...(notAnnualised === null ? [] : [`No figure is annualised here: ${notAnnualised}.`]),
    ...(trades > 0 && trades < FEW_TRADES
      ? [
          `${trades === 1 ? 'One trade decides' : `${trades} trades decide`} every figure here: too few to tell skill from luck.`,
        ]
      : []),
  ];
}

function assumptions({ metrics, coverage, simulation, model }: ReportInput): readonly string[] {
  const { ambiguousTrades, worstCaseReturn, bestCaseReturn } = metrics;
  const { takerFeeRate, makerFeeRate } = model.market;
  return [
    ...(ambiguousTrades > 0
      ? [
          `${plural(ambiguousTrades, 'trade')} touched stop and target in one bar, in unknown order; the stop is assumed. The return lies between ${change(worstCaseReturn)} and ${change(bestCaseReturn)}.`,
        ]
      : []),
    ...(metrics.volumeShare !== null && metrics.volumeShare.above1Percent > 0
      ? [
          `${plural(metrics.volumeShare.above1Percent, 'fill')} of ${metrics.volumeShare.fills} were above 1 % of the volume of their bar, ${metrics.volumeShare.above10Percent} above 10 %: a market would not have filled all of that at these prices.`,
        ]
      : []),
    ...(coverage.missing > 0
      ? [
          `${plural(coverage.missing, 'candle')} of the exchange are missing. They are shaded in the chart, and no order fills on them.`,
        ]
      : []),
    ...(takerFeeRate === 0 || makerFeeRate === 0
      ? ['Simulated without some or all fees: no exchange is that cheap.']
      : []),
    ...(model.slippageRate === 0 ? ['Simulated without slippage: every market order got the quoted price.'] : []),
    ...(simulation.trades.at(-1)?.reason === 'liquidation'
      ? ['The last trade cost the whole account. It was liquidated there, and nothing was traded after it.']
      : []),
    ...(simulation.trades.at(-1)?.reason === 'end-of-data'
      ? ['The last position was still open; it is closed at the last close and listed as end-of-data.']
      : []),
  ];
}

function omissions({ spec, model }: ReportInput, barsPerPoint: number): readonly string[] {
  return [
    ...(model.market.kind === 'perpetual' ? ['Funding payments of the perpetual contract are not simulated.'] : []),
    ...(spec.side === 'short' && model.market.kind !== 'perpetual' ? ['The cost of borrowing is not simulated.'] : []),
    ...(barsPerPoint > 1
      ? [`The chart shows candles of ${barsPerPoint} bars, for size; trades and figures are exact.`]
      : []),
  ];
}

const plural = (amount: number, noun: string): string => `${count(amount)} ${noun}${amount === 1 ? '' : 's'}`;
