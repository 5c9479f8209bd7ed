import { byId, element, setBadge } from './dom.js';
import { clock } from './format.js';
import { urlOf } from './server.js';

const MAX_LINES = 100;
/** Period of past events that a new page loads. */
const LOOK_BACK_MS = 15 * 60_000;

function describe(data) {
  return Object.entries(data)
    .filter(([, value]) => value !== null && typeof value !== 'object')
    .map(
      ([name, value]) =>
        `${name} ${typeof value === 'number' && !Number.isInteger(value) ? value.toPrecision(6) : value}`,
    )
    .join(' · ');
}

/**
 * Follows the broadcasts of the topics listed by `/api/info` and calls `heard` with the topic of each. The browser
 * reconnects and resumes automatically.
 */
export function followEvents({ now, topics }, heard) {
  const feed = byId('feed');
  const source = new EventSource(urlOf(`/api/events?since=${now - LOOK_BACK_MS}`));
  source.addEventListener('open', () => setBadge('connection', 'live', 'good'));
  source.addEventListener('error', () => setBadge('connection', 'reconnecting', 'warn'));
  for (const topic of topics) {
    source.addEventListener(topic, (event) => {
      const { at, data } = JSON.parse(event.data);
      const line = element(
        'li',
        {},
        element('time', { datetime: new Date(at).toISOString() }, clock(at)),
        element('span', { class: 'topic' }, topic),
        element('span', { class: 'text' }, describe(data)),
      );
      feed.prepend(line);
      while (feed.childElementCount > MAX_LINES) feed.lastElementChild.remove();
      heard(topic);
    });
  }
}
