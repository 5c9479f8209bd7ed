/** @import { Model, Trade } from './model.js' */
/** @import { Stage } from './stage.js' */
/** @import { State } from './state.js' */
import { element } from '../dashboard/dom.js';
import { money, percent, utc } from '../dashboard/format.js';

/** Pixels. */
const MARGIN = 12;
const LABELS = 130;

/** Details of the trade under the crosshair, or of the selected trade. @param {Stage} stage @param {Model} model @param {State} state */
export function connectTradeCard(stage, model, state) {
  const card = element('div', { class: 'card', hidden: true });
  stage.host.append(card);
  state.listen(({ cursor, selected }) => {
    const trade =
      cursor === null ? selected : (stage.tradeUnder() ?? (selected && isNear(selected, cursor) ? selected : null));
    card.hidden = trade === null;
    if (trade === null) return;
    card.replaceChildren(...cardLines(trade, model));
    // Place the card left of the trade, because its level labels are on the right; on the right only without space.
    const before = Math.min(stage.xOf(trade.entry), stage.plotWidth) - card.offsetWidth - MARGIN;
    const at = before >= 0 ? before : Math.max(stage.xOf(trade.exit + 1), 0) + LABELS;
    card.style.left = `${Math.max(4, Math.min(at, stage.plotWidth - card.offsetWidth - 4))}px`;
  });
}

/** @param {Trade} trade @param {number} cursor */
const isNear = ({ entry, exit }, cursor) => cursor >= entry - 1 && cursor <= exit + 1;

/** @param {Trade} trade @param {Model} model */
function cardLines(trade, { price, quote }) {
  const tone = trade.pnl > 0 ? 'gain' : 'loss';
  const levels = [
    ['stop', trade.stop],
    ['target', trade.target],
    ['trailing from', trade.trailing],
  ].flatMap(([name, level]) => (typeof level === 'number' ? [`${name} ${price(level)}`] : []));
  /** @type {[string, string][]} */
  const lines = [
    ['in', `${utc(trade.entryTime)} at ${price(trade.entryPrice)}`],
    ['out', `${utc(trade.exitTime)} at ${price(trade.exitPrice)}`],
    ['P/L', `${money(trade.pnl)} ${quote} after ${money(trade.fees)} of fees`],
    ['levels', levels.join(', ')],
  ];
  return [
    element(
      'p',
      {},
      element('strong', {}, `#${trade.number} ${trade.long ? 'long' : 'short'} `),
      element('strong', { class: tone }, percent(trade.return)),
      ` ${trade.reason}${trade.ambiguous ? ', ambiguous' : ''}`,
    ),
    ...lines.map(([name, text]) => element('p', {}, element('span', { class: 'muted' }, `${name} `), text)),
  ];
}
