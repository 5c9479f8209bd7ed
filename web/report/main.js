import { byId } from '../dashboard/dom.js';
import { money, percent, utc } from '../dashboard/format.js';
import { showChartTools } from './chart-tools.js';
import { drawdownPanel } from './drawdown-panel.js';
import { equityPanel } from './equity-panel.js';
import { connectGestures } from './gestures.js';
import { modelOf, tradeAt } from './model.js';
import { createOverview } from './overview.js';
import { pricePanel } from './price-panel.js';
import { rangeAround } from './range.js';
import { returnsPanel } from './returns-panel.js';
import { createStage } from './stage.js';
import { createState } from './state.js';
import { connectTradeCard } from './trade-card.js';
import { showTradeList } from './trade-list.js';

const HELP =
  'Drag to move, Shift and drag to choose a span, double click for everything, Ctrl and wheel to zoom. Keys: arrows, + and -, 0 for everything, n and p for the next and previous trade. Hollow marks are entries, solid ones exits; losing trades are dashed, ambiguous ones ringed; missing candles are shaded.';

/** How long a hint is shown, in ms. */
const HINT_MS = 2500;

const root = document.documentElement;

function start() {
  const model = modelOf(JSON.parse(/** @type {string} */ (byId('report-data').textContent)));
  const state = createState(model.points);
  const host = byId('stage');
  host.tabIndex = 0;
  host.setAttribute('role', 'application');
  host.setAttribute('aria-label', 'Price with trades, equity, drawdown and trade returns over time');
  host.setAttribute('aria-describedby', 'chart-help');
  const panels = [pricePanel(model), equityPanel(model), drawdownPanel(model), returnsPanel(model)];
  const stage = createStage(host, model, panels, state);
  const overview = createOverview(byId('overview'), model, state);
  connectTradeCard(stage, model, state);

  const help = byId('chart-help');
  help.textContent = HELP;
  let hinted = 0;
  const gestures = connectGestures(stage, model, state, {
    choose: (trade) => state.change({ selected: trade }),
    hint(text) {
      help.textContent = text;
      help.classList.add('hint');
      clearTimeout(hinted);
      hinted = setTimeout(() => {
        help.textContent = HELP;
        help.classList.remove('hint');
      }, HINT_MS);
    },
    speak(point) {
      const trade = tradeAt(model.trades, point, 0);
      const spoken = [
        utc(model.timeAt(point)),
        `close ${model.price(model.close[point])}`,
        `equity ${money(model.equity[point])}`,
        `drawdown ${percent(-model.drawdown[point])}`,
        ...(trade ? [`trade ${trade.number} ${percent(trade.return)} by ${trade.reason}`] : []),
      ];
      byId('chart-voice').textContent = spoken.join(', ');
    },
  });
  showChartTools(byId('chart-tools'), model, state, gestures);
  showTradeList({ host: byId('trades'), tools: byId('trade-tools') }, model, state, (trade) => {
    state.change({ selected: trade, cursor: null, range: rangeAround(trade.entry, trade.exit, model.points) });
    host.scrollIntoView({ block: 'center' });
    host.focus({ preventScroll: true });
  });

  const redraw = () => {
    stage.recolour();
    overview.paint();
    state.tell();
  };
  new ResizeObserver(redraw).observe(host);
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', redraw);
  // Printing uses light colours and the width of the print style sheet, independent of the display.
  addEventListener('beforeprint', () => {
    root.dataset.print = '';
    redraw();
  });
  addEventListener('afterprint', () => {
    delete root.dataset.print;
    redraw();
  });
}

try {
  start();
  root.dataset.state = 'ready';
} catch (error) {
  root.dataset.state = 'failed';
  byId('stage').textContent = `The chart cannot be drawn: ${error instanceof Error ? error.message : String(error)}`;
}
