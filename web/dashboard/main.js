import { showAlerts, showDeadLetters } from './attention-panels.js';
import { showAgents, showInfo, showNodes, showQueues } from './company-panels.js';
import { byId } from './dom.js';
import { followEvents } from './event-feed.js';
import { showPipeline, showStrategies, showVerdicts } from './research-panels.js';
import { get, post, urlOf } from './server.js';
import { showAccount, showOrders, showPositions, showRisk } from './trading-panels.js';
import { connectTradingButtons } from './trading-state.js';

/** For each panel: the API paths it reads, its draw function, and the broadcast topics that trigger a refresh. */
const PANELS = [
  { read: ['/api/agents'], draw: showAgents, topics: ['agent-state', 'agent-restart'] },
  { read: ['/api/nodes'], draw: showNodes, topics: ['agent-restart'] },
  { read: ['/api/queues'], draw: showQueues, topics: ['cycle-progress', 'dead-letter'] },
  { read: ['/api/cycles?limit=1'], draw: showPipeline, topics: ['cycle-progress'] },
  { read: ['/api/portfolio?limit=50', '/api/strategies?limit=1000'], draw: showStrategies, topics: ['cycle-progress'] },
  { read: ['/api/verdicts?limit=50'], draw: showVerdicts, topics: ['order', 'cycle-progress'] },
  { read: ['/api/equity?limit=1000', '/api/positions'], draw: showAccount, topics: ['fill'] },
  { read: ['/api/positions'], draw: showPositions, topics: ['fill'] },
  { read: ['/api/orders?limit=50'], draw: showOrders, topics: ['order', 'fill'] },
  { read: ['/api/risk'], draw: showRisk, topics: ['trading-state'] },
  { read: ['/api/alerts?limit=20'], draw: showAlerts, topics: ['alert'] },
  {
    read: ['/api/jobs/failed?limit=20'],
    draw: (letters) => showDeadLetters(letters, () => refreshFor('dead-letter')),
    topics: ['dead-letter'],
  },
];
const EVERY_MS = 10_000;
/** Debounce time of refreshes, because broadcasts come in bursts. */
const DEBOUNCE_MS = 500;

const drawn = new Map();
const due = new Set();
let debounce = 0;

function setTrouble(text) {
  const trouble = byId('trouble');
  trouble.textContent = text;
  trouble.hidden = text === '';
}

/** Redraws only on a change, so that a button is not replaced while it is used. */
async function refresh(panel) {
  const answers = await Promise.all(panel.read.map(get));
  const text = JSON.stringify(answers);
  if (drawn.get(panel) === text) return;
  drawn.set(panel, text);
  panel.draw(...answers);
}

async function refreshAll(panels) {
  const results = await Promise.allSettled(panels.map(refresh));
  const failed = results.find((result) => result.status === 'rejected');
  setTrouble(failed ? `Some panels are out of date: ${failed.reason.message}` : '');
}

function refreshFor(topic) {
  for (const panel of PANELS) if (panel.topics.includes(topic)) due.add(panel);
  debounce ||= setTimeout(() => {
    debounce = 0;
    const panels = [...due];
    due.clear();
    refreshAll(panels);
  }, DEBOUNCE_MS);
}

async function start() {
  connectTradingButtons();
  byId('logout').addEventListener('click', async () => {
    await fetch(urlOf('/logout'), { method: 'POST' });
    location.assign(urlOf('/login'));
  });
  try {
    const info = await get('/api/info');
    showInfo(info);
    followEvents(info, refreshFor);
  } catch (error) {
    setTrouble(`The server cannot be reached: ${error.message}. Reload the page to retry.`);
    return;
  }
  await refreshAll(PANELS);
  setInterval(() => {
    if (!document.hidden) refreshAll(PANELS);
  }, EVERY_MS);
  document.addEventListener('visibilitychange', () => {
    if (!document.hidden) refreshAll(PANELS);
  });
}

start();
