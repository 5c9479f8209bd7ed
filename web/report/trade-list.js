/** @import { Model, Trade } from './model.js' */
/** @import { State } from './state.js' */
import { element } from '../dashboard/dom.js';
import { amount, money, percent, utc } from '../dashboard/format.js';

/** Rows per page. */
const PAGE = 200;
const URL_LIFETIME_MS = 60_000;

/**
 * @typedef {object} Field
 * @property {string} title
 * @property {(trade: Trade) => number | string} by value for sorting and for the CSV
 * @property {(trade: Trade) => string} text displayed text
 * @property {boolean} [isNumber]
 * @property {boolean} [isSigned] coloured by sign
 */

/** @param {Model} model @returns {Field[]} */
const fieldsOf = ({ price, quote }) => [
  { title: 'Entry, UTC', by: (t) => t.entryTime, text: (t) => utc(t.entryTime) },
  { title: 'Exit, UTC', by: (t) => t.exitTime, text: (t) => utc(t.exitTime) },
  { title: 'Return', by: (t) => t.return, text: (t) => percent(t.return), isNumber: true, isSigned: true },
  { title: `P/L ${quote}`, by: (t) => t.pnl, text: (t) => money(t.pnl), isNumber: true, isSigned: true },
  { title: 'Exit by', by: (t) => t.reason, text: (t) => (t.ambiguous ? `${t.reason}, ambiguous` : t.reason) },
  { title: 'Price in', by: (t) => t.entryPrice, text: (t) => price(t.entryPrice), isNumber: true },
  { title: 'Price out', by: (t) => t.exitPrice, text: (t) => price(t.exitPrice), isNumber: true },
  { title: 'Bars', by: (t) => t.bars, text: (t) => String(t.bars), isNumber: true },
  { title: 'Quantity', by: (t) => t.quantity, text: (t) => amount(t.quantity), isNumber: true },
  { title: 'Fees', by: (t) => t.fees, text: (t) => money(t.fees), isNumber: true },
];

/** @type {[string, (trade: Trade) => boolean][]} */
const OUTCOMES = [
  ['all', () => true],
  ['won', (trade) => trade.pnl > 0],
  ['lost', (trade) => trade.pnl <= 0],
  ['ambiguous', (trade) => trade.ambiguous],
];

/**
 * List of all trades: sortable by column, paged, with CSV download. Pressing a trade shows it in the chart.
 * @param {{host: HTMLElement, tools: HTMLElement}} places @param {Model} model @param {State} state @param {(trade: Trade) => void} jump
 */
export function showTradeList({ host, tools }, model, state, jump) {
  const { trades } = model;
  if (trades.length === 0) return;
  /** @type {Field} */
  const number = { title: '#', by: (/** @type {Trade} */ t) => t.number, text: () => '' };
  const fields = [number, ...fieldsOf(model)];
  const now = { field: fields[0], isDown: false, page: 0, isShown: OUTCOMES[0][1] };
  const filters = [
    ...OUTCOMES,
    ...[...new Set(trades.map(({ reason }) => reason))].map(
      (reason) =>
        /** @type {[string, (trade: Trade) => boolean]} */ ([`by ${reason}`, (trade) => trade.reason === reason]),
    ),
  ].flatMap(([name, keeps]) => {
    const matches = trades.filter(keeps).length;
    return matches === 0 ? [] : [{ name: `${name} (${matches})`, keeps }];
  });
  const filter = element(
    'select',
    { 'aria-label': 'Which trades' },
    ...filters.map(({ name }) => element('option', {}, name)),
  );
  filter.addEventListener('change', () => {
    Object.assign(now, { isShown: filters[filter.selectedIndex].keeps, page: 0 });
    draw();
  });
  tools.append(filter, element('button', { type: 'button', click: () => saveCsv(model, fields) }, 'CSV'));

  const head = fields.map((field) => {
    const button = element('button', { type: 'button' }, field.title);
    button.addEventListener('click', () => {
      Object.assign(now, { isDown: now.field === field && !now.isDown, field, page: 0 });
      draw();
    });
    return element('th', { scope: 'col', class: field.isNumber ? 'number' : '' }, button);
  });
  const body = element('tbody');
  const pager = element('p', { class: 'pager' });
  const caption = element(
    'caption',
    { class: 'spoken' },
    'All trades. Buttons in the header sort; buttons in the first column show a trade in the chart',
  );
  const table = element('table', { class: 'trades' }, caption, element('thead', {}, element('tr', {}, ...head)), body);
  host.append(
    element('div', { class: 'scroll long', tabindex: '0', role: 'region', 'aria-labelledby': 'trades-title' }, table),
    pager,
  );

  const draw = () => {
    const shown = trades.filter(now.isShown).sort(inOrder(now.field, now.isDown));
    const pages = Math.max(1, Math.ceil(shown.length / PAGE));
    const first = now.page * PAGE;
    body.replaceChildren(...shown.slice(first, first + PAGE).map(rowOf));
    head.forEach((cell, i) => {
      if (fields[i] === now.field) cell.setAttribute('aria-sort', now.isDown ? 'descending' : 'ascending');
      else cell.removeAttribute('aria-sort');
    });
    pager.hidden = pages === 1;
    const turn = (/** @type {string} */ text, /** @type {number} */ page) =>
      element('button', { type: 'button', disabled: page < 0 || page >= pages, click: () => turnTo(page) }, text);
    pager.replaceChildren(
      turn('first', now.page === 0 ? -1 : 0),
      turn('previous', now.page - 1),
      element('span', {}, `${first + 1} to ${Math.min(shown.length, first + PAGE)} of ${shown.length}`),
      turn('next', now.page + 1),
      turn('last', now.page === pages - 1 ? pages : pages - 1),
    );
  };
  const turnTo = (/** @type {number} */ page) => {
    now.page = page;
    draw();
  };
  /** @param {Trade} trade */
  const rowOf = (trade) => {
    const tone = trade.pnl > 0 ? 'gain' : 'loss';
    const [, ...rest] = fields;
    const show = element(
      'button',
      { type: 'button', 'aria-label': `Show trade ${trade.number} in the chart` },
      String(trade.number),
    );
    return element(
      'tr',
      {
        'data-trade': String(trade.number),
        class: trade === state.now.selected ? 'chosen' : '',
        click: () => jump(trade),
      },
      element('th', { scope: 'row' }, show),
      ...rest.map((field) =>
        element(
          'td',
          { class: [field.isNumber ? 'number' : '', field.isSigned ? tone : ''].join(' ').trim() },
          field.text(trade),
        ),
      ),
    );
  };
  state.listen(({ selected }) => {
    for (const row of body.rows) row.classList.toggle('chosen', row.dataset.trade === String(selected?.number));
  });
  draw();
}

/** @param {Field} field @param {boolean} isDown @returns {(a: Trade, b: Trade) => number} ties are sorted by time */
function inOrder({ by }, isDown) {
  const sign = isDown ? -1 : 1;
  return (a, b) => {
    const [left, right] = [by(a), by(b)];
    return left < right ? -sign : left > right ? sign : a.number - b.number;
  };
}

/** @param {Model} model @param {Field[]} fields */
function saveCsv({ symbol, trades }, fields) {
  const cell = (/** @type {number | string} */ value) => `"${String(value).replaceAll('"', '""')}"`;
  const values = (/** @type {Trade} */ trade) =>
    fields.map((field) => {
      const value = field.by(trade);
      return cell(field.title.endsWith('UTC') ? new Date(Number(value)).toISOString() : value);
    });
  const lines = [fields.map(({ title }) => cell(title)), ...trades.map(values)].map((cells) => cells.join(','));
  const url = URL.createObjectURL(new Blob([`${lines.join('\r\n')}\r\n`], { type: 'text/csv' }));
  element('a', { href: url, download: `${symbol.replaceAll(/[^\w-]/g, '_')}-trades.csv` }).click();
  // The browser reads the URL after the click, so revoke it later.
  setTimeout(() => URL.revokeObjectURL(url), URL_LIFETIME_MS);
}
