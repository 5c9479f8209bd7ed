import { monthlyReturns, yearlyReturns, type MonthlyReturn } from '../../domain/backtest/metrics/monthly-returns.ts';
import { change } from './format.ts';
import { html, type Html } from './html.ts';
import { type ReportInput } from './report-input.ts';

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];
/** Number of colour shades on each side of zero. */
const SHADES = 5;

/** Monthly returns by year, coloured by size. */
export function monthlyTable({ series, simulation, model, metrics }: ReportInput): Html {
  const months = monthlyReturns(series.time, simulation.equity, series.timeframe, model.initialCash);
  const largest = months.reduce((most, { return: value }) => Math.max(most, Math.abs(value)), 0);
  const cell = (month: MonthlyReturn | undefined): Html => {
    if (month === undefined) return html`<td></td>`;
    const days = new Date(Date.UTC(month.year, month.month, 0)).getUTCDate();
    const title = month.days < days && `${month.days} of ${days} days`;
    const shade = shadeOf(month.return, largest);
    return html`<td class="${shade}${title && ' partial'}" ${title && html` title="${title}"`}>
      ${inPercent(month.return)}
    </td>`;
  };
  const rows = yearlyReturns(months).map(({ year, return: total }) => {
    const cells = MONTHS.map((_, i) => cell(months.find((month) => month.year === year && month.month === i + 1)));
    return html`<tr>
      <th scope="row">${year}</th>
      ${cells}
      <td class="total">${inPercent(total)}</td>
    </tr>`;
  });
  return html`<section class="panel" aria-labelledby="months-title">
    <h2 id="months-title">Monthly returns, %</h2>
    <div class="scroll" tabindex="0" role="region" aria-labelledby="months-title">
      <table class="months">
        <thead>
          <tr>
            <th scope="col">Year</th>
            ${MONTHS.map((name) => html`<th scope="col">${name}</th>`)}
            <th scope="col">Total</th>
          </tr>
        </thead>
        <tbody>
          ${rows}
        </tbody>
      </table>
    </div>
    <p class="muted">
      Of UTC days, compounded; together they make the total return, ${change(metrics.totalReturn)}. Dotted: the series
      covers part of the month.
    </p>
  </section>`;
}

function shadeOf(value: number, largest: number): string {
  if (value === 0) return '';
  const shade = Math.max(1, Math.ceil((Math.abs(value) / largest) * SHADES));
  return `${value > 0 ? 'gain' : 'loss'}-${shade}`;
}

const inPercent = (fraction: number): string => (fraction * 100).toFixed(2);
