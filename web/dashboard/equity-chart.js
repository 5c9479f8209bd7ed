import { element, svg } from './dom.js';
import { money, utc } from './format.js';

const WIDTH = 1000;
const HEIGHT = 150;
const PAD = 6;

/** Line chart of equity over market time, with its range below. */
export function equityChart(points) {
  if (points.length < 2) return element('p', { class: 'empty' }, 'The curve needs at least two equity marks.');
  const values = points.map((point) => point.equity);
  const low = Math.min(...values);
  const high = Math.max(...values);
  const [first, last] = [points[0], points[points.length - 1]];
  const x = (time) => ((time - first.time) / Math.max(1, last.time - first.time)) * WIDTH;
  const y = (value) => HEIGHT - PAD - ((value - low) / (high - low || 1)) * (HEIGHT - 2 * PAD);
  const line = points.map((point) => `${x(point.time).toFixed(1)},${y(point.equity).toFixed(1)}`).join(' L');
  const falling = last.equity < first.equity;
  const label = `Equity from ${money(first.equity)} on ${utc(first.time)} to ${money(last.equity)} on ${utc(last.time)}; lowest ${money(low)}, highest ${money(high)}`;
  const chart = svg(
    'svg',
    { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, preserveAspectRatio: 'none', role: 'img', 'aria-label': label },
    svg('line', {
      class: 'grid',
      x1: '0',
      x2: String(WIDTH),
      y1: String(y(first.equity)),
      y2: String(y(first.equity)),
    }),
    svg('path', { class: falling ? 'area falling-area' : 'area', d: `M${line} L${WIDTH},${HEIGHT} L0,${HEIGHT} Z` }),
    svg('path', { class: falling ? 'line falling' : 'line', d: `M${line}` }),
  );
  const scale = element(
    'div',
    { class: 'scale muted' },
    element('span', {}, utc(first.time)),
    element('span', {}, `low ${money(low)} · high ${money(high)}`),
    element('span', {}, utc(last.time)),
  );
  return element('div', {}, chart, scale);
}
