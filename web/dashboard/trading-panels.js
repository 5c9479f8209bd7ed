import { badge, element, setBadge, show, table, withReason } from './dom.js';
import { equityChart } from './equity-chart.js';
import { amount, isIncubation, money, percent, shortUtc, sign } from './format.js';

const STATE_TONE = { ACTIVE: 'good', REDUCING: 'warn', HALTED: 'bad' };
const ORDER_TONE = { filled: 'good', rejected: 'bad', unknown: 'bad', open: 'warn', 'partially-filled': 'warn' };

function fact(term, ...value) {
  return [element('dt', {}, term), element('dd', {}, ...value)];
}

const ACCOUNT_COLUMN = {
  title: 'Account',
  cell: ({ account }) => (isIncubation(account) ? badge('incubation', 'warn') : 'main'),
  tight: true,
};

export function showAccount(equity, positions) {
  const points = equity.items;
  const own = positions.items.filter(({ account }) => !isIncubation(account));
  const open = own.filter((position) => position.amount !== 0);
  const last = points.at(-1);
  const change = last ? last.equity / points[0].equity - 1 : null;
  const figure = (name, value, tone = '') =>
    element('div', {}, element('dt', {}, name), element('dd', { class: tone }, value));
  const realised = own.reduce((sum, position) => sum + position.realisedPnl, 0);
  show(
    'figures',
    figure('Equity', money(last?.equity)),
    figure('Shown period', percent(change), sign(change)),
    figure('Realised', money(realised), sign(realised)),
    figure('Exposure', last ? percent(last.exposure / last.equity, 1).replace('+', '') : '–'),
    figure('Open positions', String(open.length)),
  );
  show('equity', equityChart(points));
}

export function showRisk({ state }) {
  if (!state) {
    setBadge('trading-state', 'not started');
    show('risk', element('p', { class: 'empty' }, 'The risk manager has not opened this account yet.'));
    return;
  }
  setBadge('trading-state', state.tradingState, STATE_TONE[state.tradingState]);
  show(
    'risk',
    element(
      'dl',
      { class: 'facts' },
      ...fact('Because', `${state.stateReason} (${state.stateSetBy})`),
      ...fact('Stance', state.stance),
      ...fact('Risk budget', percent(state.riskBudget, 0).replace('+', '')),
      ...fact('Day began at', money(state.dayStartEquity)),
      ...fact('Peak', money(state.peakEquity)),
    ),
  );
}

export function showOrders({ items }) {
  const state = (order) => {
    const mark = badge(order.state, ORDER_TONE[order.state]);
    return order.reason ? withReason(mark, order.reason) : mark;
  };
  const side = ({ side: name, purpose }) =>
    element('span', { class: name === 'buy' ? 'good-text' : 'bad-text' }, `${name} ${purpose}`);
  const columns = [
    { title: 'Time', cell: ({ createdAt }) => shortUtc(createdAt), wide: true, tight: true },
    { title: 'Market', cell: ({ symbol }) => symbol, tight: true },
    ACCOUNT_COLUMN,
    { title: 'Side', cell: side, tight: true },
    { title: 'Amount', cell: (order) => amount(order.amount), number: true },
    { title: 'Price', cell: (order) => money(order.averagePrice ?? order.price), number: true },
    { title: 'State', cell: state },
  ];
  show('orders', table(columns, items, 'No orders yet.'));
}

export function showPositions({ items }) {
  const rows = [...items].sort((a, b) => Number(b.amount !== 0) - Number(a.amount !== 0) || b.updatedAt - a.updatedAt);
  const side = ({ amount: held }) => (held === 0 ? badge('flat') : badge(held > 0 ? 'long' : 'short', 'good'));
  const columns = [
    { title: 'Market', cell: ({ symbol }) => symbol, tight: true },
    ACCOUNT_COLUMN,
    { title: 'Side', cell: side, tight: true },
    { title: 'Amount', cell: (position) => amount(position.amount), number: true },
    { title: 'Entry', cell: (position) => (position.amount === 0 ? '–' : money(position.averagePrice)), number: true },
    { title: 'Opened', cell: ({ openedAt }) => shortUtc(openedAt), wide: true, tight: true },
    {
      title: 'Realised',
      cell: ({ realisedPnl }) => element('span', { class: sign(realisedPnl) }, money(realisedPnl)),
      number: true,
    },
  ];
  show('positions', table(columns, rows, 'No positions yet.'));
}
