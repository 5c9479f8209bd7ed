import { badge, byId, element, setBadge, show, table, withReason } from './dom.js';
import { count, duration } from './format.js';

const MODE_TONE = { live: 'bad', paper: 'warn' };
const STATUS_TONE = { busy: 'good', idle: '', paused: 'warn', error: 'bad', stopped: 'bad' };
/** A heartbeat older than this is highlighted; agents write their state every ten seconds. */
const LATE_MS = 60_000;

export function showInfo(info) {
  setBadge('mode', info.mode, MODE_TONE[info.mode]);
  byId('account-name').textContent = info.account;
  byId('version').textContent = `Version ${info.version} · namespace ${info.namespace}`;
  byId('logout').hidden = !info.login;
}

export function showAgents({ now, items }) {
  const rows = [...items].sort((a, b) => a.agent.localeCompare(b.agent) || a.node.localeCompare(b.node));
  const heartbeat = (state) => {
    const age = Math.max(0, now - state.lastSeen);
    return element('span', { class: age > LATE_MS ? 'bad-text' : '' }, duration(age));
  };
  const name = ({ agent, status, lastError }) =>
    status === 'error' && lastError ? withReason(agent, lastError) : agent;
  const columns = [
    { title: 'Agent', cell: name },
    { title: 'Node', cell: (state) => state.node, wide: true, tight: true },
    { title: 'State', cell: ({ status }) => badge(status, STATUS_TONE[status]) },
    { title: 'Done', cell: (state) => count(state.completed), number: true },
    { title: 'Failed', cell: (state) => count(state.failed), number: true },
    { title: 'Heartbeat', cell: heartbeat, number: true },
  ];
  show('agents', table(columns, rows, 'No agent has reported yet.'));
}

export function showNodes({ items }) {
  byId('nodes').textContent = items.length === 1 ? '1 node' : `${items.length} nodes`;
}

export function showQueues({ items }) {
  const name = ({ queue, money, paused }) =>
    element('span', {}, queue, ' ', paused ? badge('paused', 'warn') : null, money ? badge('money') : null);
  const failed = ({ counts }) => element('span', { class: counts.failed > 0 ? 'bad-text' : '' }, count(counts.failed));
  const columns = [
    { title: 'Queue', cell: name },
    {
      title: 'Waiting',
      cell: ({ counts }) => count(counts.waiting + counts.delayed + counts.waitingChildren),
      number: true,
    },
    { title: 'Active', cell: ({ counts }) => count(counts.active), number: true },
    { title: 'Done', cell: ({ counts }) => count(counts.completed), number: true, wide: true },
    { title: 'Failed', cell: failed, number: true },
    { title: 'Oldest', cell: ({ oldestWaitingMs }) => duration(oldestWaitingMs), number: true },
  ];
  show('queues', table(columns, items, 'No queues.'));
}
