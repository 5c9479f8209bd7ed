import { createHash } from 'node:crypto';
import { VERSION } from '../../paths.ts';
import { buildChartDocument } from './build-chart-document.ts';
import { type ClientFiles } from './client-files.ts';
import { figureTables, headline } from './figures.ts';
import { heading } from './heading.ts';
import { html, inlineElement, jsonElement, type Html } from './html.ts';
import { monthlyTable } from './monthly-table.ts';
import { evidence, notes } from './notes.ts';
import { outcomeSections } from './outcome-tables.ts';
import { type ReportInput } from './report-input.ts';

/**
 * Renders a self-contained page: no network, no server, the same bytes for the same backtest. Figures and tables are plain
 * markup; only the chart and the list of trades need the script. The content security policy allows only that script.
 */
export function renderReport(input: ReportInput, { script, style }: ClientFiles): string {
  const { series, metrics, model } = input;
  const { quote } = model.market;
  const data = buildChartDocument(input);
  const policy = [
    "default-src 'none'",
    `script-src '${integrityOf(script)}'`,
    `style-src '${integrityOf(style)}'`,
    "base-uri 'none'",
    "form-action 'none'",
  ].join('; ');
  return html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta http-equiv="Content-Security-Policy" content="${policy}" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <meta name="generator" content="Bittrading Corp ${VERSION}" />
        <title>${series.symbol} ${series.timeframe} backtest</title>
        ${inlineElement('style', style)}
      </head>
      <body>
        <main>
          ${heading(input)} ${headline(metrics, quote)} ${notes(input, data.barsPerPoint)} ${chartSection()}
          ${monthlyTable(input)} ${outcomeSections(input)} ${figureTables(metrics, quote)}
          ${tradeSection(metrics.trades)}
        </main>
        <footer>
          ${evidence(metrics).map((text) => html`<p>${text}</p>`)}
          <p>
            Made by Bittrading Corp ${VERSION}; result hash ${input.resultHash}. The same spec, candles, costs and
            version give the same report.
          </p>
        </footer>
        ${jsonElement('report-data', data)} ${inlineElement('script', script)}
      </body>
    </html> `.markup;
}

const integrityOf = (text: string): string => `sha256-${createHash('sha256').update(text).digest('base64')}`;

const chartSection = (): Html =>
  html`<section class="panel chart" aria-labelledby="chart-title">
    <div class="panel-head">
      <h2 id="chart-title">Price, equity and drawdown</h2>
      <div id="chart-tools" class="tools" role="toolbar" aria-label="Chart"></div>
    </div>
    <noscript><p class="empty">The chart needs JavaScript; the figures of this page do not.</p></noscript>
    <div id="stage" class="stage"></div>
    <div id="overview" class="overview"></div>
    <p id="chart-help" class="muted"></p>
    <p id="chart-voice" class="spoken" aria-live="polite"></p>
  </section>`;

const tradeSection = (trades: number): Html =>
  html`<section class="panel" aria-labelledby="trades-title">
    <div class="panel-head">
      <h2 id="trades-title">Trades</h2>
      <div id="trade-tools" class="tools"></div>
    </div>
    ${trades === 0 && html`<p class="empty">None: the spec never entered.</p>`}
    ${trades > 0 && html`<noscript><p class="empty">The list of trades needs JavaScript. corp backtest --json prints them as well.</p></noscript>`}
    <div id="trades"></div>
  </section>`;
