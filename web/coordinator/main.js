import { badge, byId, element, setBadge, show, table } from '/page/dashboard/dom.js';
import { count, duration, fixed, money, percent, sign } from '/page/dashboard/format.js';

/** Polls the reading endpoints of the coordinator. What the token protects is shown once it is entered. */

const EVERY_MS = 5_000;
const BEST = 20;
const FAILED = 10;

let token = '';

class Refused extends Error {}

async function get(path) {
  const headers = { accept: 'application/json', ...(token !== '' && { authorization: `Bearer ${token}` }) };
  const response = await fetch(path, { headers });
  if (response.status === 401) throw new Refused();
  const answer = await response.json();
  if (!response.ok) throw new Error(answer.error ?? `${path}: status ${response.status}`);
  return answer;
}

/** Null when the token is needed and missing. */
async function getIfAllowed(path) {
  try {
    return await get(path);
  } catch (error) {
    if (error instanceof Refused) return null;
    throw error;
  }
}

function showTotals({ work_units: units, performance, elite_count: elites }) {
  const figure = (name, value) => element('div', {}, element('dt', {}, name), element('dd', {}, value));
  show(
    'totals',
    figure('Waiting', count(units.pending)),
    figure('In progress', count(units.in_progress)),
    figure('Completed', count(units.completed)),
    figure('Failed', count(units.failed)),
    figure('Results', count(performance.total_results)),
    figure('Élite', count(elites)),
  );
  show('rate', `${fixed(performance.results_per_hour, 1)} results an hour`);
}

function showProgress({ in_progress_wus: units }) {
  show(
    'progress',
    table(
      [
        { title: 'Unit', cell: ({ id }) => id, number: true },
        { title: 'File', cell: ({ data_file: file }) => file },
        {
          title: 'Results',
          cell: ({ replicas_completed: done, replicas_needed: needed }) => `${done} of ${needed}`,
          tight: true,
        },
        { title: 'Workers', cell: ({ workers }) => workers.join(', '), wide: true },
      ],
      units.slice(0, BEST),
      'No unit is in progress.',
    ),
  );
}

function showFailed(answer) {
  const units = answer?.work_units ?? [];
  if (units.length === 0) return show('failed');
  show(
    'failed',
    table(
      [
        { title: 'Failed unit', cell: ({ work_unit_id: id }) => id, number: true },
        { title: 'Reason', cell: ({ reason }) => reason ?? '' },
      ],
      units,
      '',
    ),
  );
}

function stateOf(worker, detail) {
  if (detail?.quarantine) return badge('quarantined', 'bad');
  if (detail?.resting_until) return badge('resting', 'warn');
  if (detail?.suspect_over?.length > 0) return badge('suspect', 'warn');
  return worker.status === 'active' ? badge('active', 'good') : badge('inactive');
}

function showWorkers({ worker_stats: workers, workers: totals }, fleet) {
  const details = new Map((fleet?.workers ?? []).map((worker) => [worker.worker_id, worker]));
  show('active', `${totals.active} active of ${totals.total_registered}`);
  const sorted = [...workers].sort((a, b) => a.last_seen_minutes_ago - b.last_seen_minutes_ago);
  show(
    'workers',
    table(
      [
        { title: 'Worker', cell: ({ short_name: name }) => name },
        { title: 'State', cell: (worker) => stateOf(worker, details.get(worker.id)), tight: true },
        { title: 'Seen', cell: (worker) => `${duration(worker.last_seen_minutes_ago * 60_000)} ago`, tight: true },
        { title: 'Results', cell: (worker) => count(worker.work_units_completed), number: true },
        { title: 'Computed', cell: (worker) => duration(worker.total_execution_time * 1000), number: true, wide: true },
        { title: 'Best PnL', cell: (worker) => money(worker.max_pnl), number: true, wide: true },
        { title: 'Why', cell: ({ id }) => details.get(id)?.quarantine ?? '', wide: true },
      ],
      sorted,
      'No worker has asked for work yet.',
    ),
  );
}

function showResults({ results }) {
  const coloured = (value) => element('span', { class: sign(value) }, money(value));
  show(
    'results',
    table(
      [
        { title: 'Unit', cell: ({ work_id: id }) => id, number: true },
        { title: 'File', cell: ({ strategy_params: params }) => params.data_file ?? '' },
        { title: 'Held out', cell: ({ oos_pnl: pnl }) => coloured(pnl), number: true },
        { title: 'PnL', cell: ({ pnl }) => coloured(pnl), number: true },
        { title: 'Decay', cell: ({ oos_degradation: decay }) => fixed(decay), number: true, wide: true },
        { title: 'Trades', cell: ({ trades }) => count(trades), number: true },
        { title: 'Won', cell: ({ win_rate: rate }) => percent(rate, 0).replace('+', ''), number: true, wide: true },
        { title: 'Sharpe', cell: ({ sharpe_ratio: sharpe }) => fixed(sharpe), number: true, wide: true },
        { title: 'Drawdown', cell: ({ max_drawdown: fall }) => percent(-fall, 1), number: true, wide: true },
        { title: 'Robustness', cell: ({ robustness_score: score }) => fixed(score, 0), number: true, wide: true },
        { title: 'Worker', cell: ({ worker_id: id }) => id, wide: true },
      ],
      results,
      'No canonical result yet.',
    ),
  );
}

function showTrouble(text) {
  const trouble = byId('trouble');
  trouble.hidden = text === '';
  trouble.textContent = text;
}

async function update() {
  try {
    const [stats, activity, results, fleet, failed] = await Promise.all([
      get('/api/dashboard_stats'),
      get('/api/parallel_activity'),
      get(`/api/results?limit=${BEST}`),
      getIfAllowed('/api/fleet'),
      getIfAllowed(`/api/work_units?state=failed&limit=${FAILED}`),
    ]);
    showTotals(stats);
    showProgress(activity);
    showFailed(failed);
    showWorkers(stats, fleet);
    showResults(results);
    byId('login').hidden = fleet !== null;
    setBadge('connection', 'connected', 'good');
    showTrouble('');
  } catch (error) {
    byId('login').hidden = !(error instanceof Refused);
    setBadge('connection', 'no answer', 'bad');
    showTrouble(error instanceof Refused ? 'The coordinator answers only with its token.' : error.message);
  }
}

byId('login').addEventListener('submit', (event) => {
  event.preventDefault();
  token = byId('token').value;
  update();
});

async function poll() {
  await update();
  setTimeout(poll, EVERY_MS);
}
poll();
