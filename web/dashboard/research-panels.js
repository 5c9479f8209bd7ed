import { badge, byId, element, show, table, withReason } from './dom.js';
import { clock, duration, fixed, percent, short, sign, utc } from './format.js';

const PHASES = ['scan', 'analyze', 'generate', 'backtest', 'optimize', 'select', 'review', 'execute'];
const CYCLE_TONE = { completed: 'good', failed: 'bad', running: 'warn' };

function stage(name, record, running) {
  if (!record) {
    const state = running ? 'running' : 'waiting';
    return element('li', { class: `stage ${state}` }, element('strong', {}, name), element('span', {}, state));
  }
  const { jobs, ok, failed, startedAt, endedAt, failures } = record;
  const title = failures.join('\n');
  return element(
    'li',
    { class: `stage ${ok === 0 && failed > 0 ? 'failed' : 'done'}`, ...(title && { title }) },
    element('strong', {}, name),
    element('span', {}, `${ok} of ${jobs} ok`),
    failed > 0 ? element('span', { class: 'bad-text' }, `${failed} failed`) : null,
    element('span', {}, duration(endedAt - startedAt)),
  );
}

export function showPipeline({ items: [cycle] }) {
  const records = new Map(cycle?.phases.map((record) => [record.phase, record]));
  const current = cycle?.state === 'running' ? PHASES.find((phase) => !records.has(phase)) : undefined;
  show('pipeline', ...PHASES.map((phase) => stage(phase, records.get(phase), phase === current)));
  if (!cycle) {
    show('cycle', 'No cycle has run yet.');
    return;
  }
  const what = `${cycle.symbols.join(', ')} · ${cycle.timeframe} · as of ${utc(cycle.asOf)} `;
  show('cycle', what, badge(cycle.state, CYCLE_TONE[cycle.state]), cycle.reason ? ` ${cycle.reason}` : '');
}

const HOLDING_TONE = { active: 'good', incubating: 'warn', retired: '' };
const HOLDING_ORDER = ['active', 'incubating', 'retired'];

/** Shows holdings with the names of their strategies. */
export function showStrategies(holdings, strategies) {
  const names = new Map(strategies.items.map(({ hash, name }) => [hash, name]));
  const rows = [...holdings.items].sort(
    (a, b) => HOLDING_ORDER.indexOf(a.state) - HOLDING_ORDER.indexOf(b.state) || a.rank - b.rank,
  );
  const name = ({ strategyHash, reason }) => withReason(names.get(strategyHash) ?? short(strategyHash), reason);
  const total = ({ outOfSample: { totalReturn } }) =>
    element('span', { class: sign(totalReturn) }, percent(totalReturn, 1));
  const columns = [
    { title: 'Strategy', cell: name },
    { title: 'State', cell: ({ state }) => badge(state, HOLDING_TONE[state]) },
    { title: 'Market', cell: ({ symbol, timeframe }) => `${symbol} ${timeframe}`, wide: true, tight: true },
    { title: 'Return', cell: total, number: true },
    { title: 'Sharpe', cell: ({ outOfSample }) => fixed(outOfSample.sharpe), number: true },
    { title: 'Trades', cell: ({ outOfSample }) => outOfSample.trades, number: true, wide: true },
  ];
  show('strategies', table(columns, rows, 'None yet: no strategy has passed the gate, or no cycle has ended.'));
}

const DECISION_TONE = { approve: 'good', reduce: 'warn', veto: 'bad' };

export function showVerdicts({ items }) {
  const vetoes = items.filter(({ decision }) => decision === 'veto').length;
  byId('verdict-count').textContent = items.length === 0 ? '' : `${vetoes} of the last ${items.length} vetoed`;
  /** Rows of earlier versions have no sentence. */
  const reasons = ({ text, reasons: list }) => text ?? list.map((reason) => reason.text).join('; ');
  const columns = [
    { title: 'Time', cell: ({ at }) => clock(at), tight: true },
    { title: 'Decision', cell: ({ decision }) => badge(decision, DECISION_TONE[decision]) },
    { title: 'Why', cell: reasons },
  ];
  show('verdicts', table(columns, items, 'The risk manager has received no intent yet.'));
}
