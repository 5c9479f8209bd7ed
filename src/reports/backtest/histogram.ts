import { change, count } from './format.ts';
import { html, type Html } from './html.ts';

export interface Bin {
  /** Values from `from` up to, not including, `to`. */
  readonly from: number;
  readonly to: number;
  readonly values: number;
  /** Side on which the bin also contains all values beyond its edge. */
  readonly open: 'below' | 'above' | null;
}

const MOST_BINS = 30;
const FEWEST_BINS = 5;
/** With many values, this share on each side goes into the end bins, so that an outlier does not flatten the rest. */
const TAIL = 0.01;
const MANY = 100;
const HEIGHT = 200;
const TOP = 16;
const BASE = 174;

/** Bins of equal, round width; zero is an edge. Empty when there are no values. */
export function binsOf(values: readonly number[]): Bin[] {
  if (values.length === 0) return [];
  const sorted = [...values].sort((a, b) => a - b);
  const cut = values.length < MANY ? 0 : Math.floor(values.length * TAIL);
  const [low, high] = [sorted[cut]!, sorted[sorted.length - 1 - cut]!];
  const bins = Math.min(MOST_BINS, Math.max(FEWEST_BINS, Math.ceil(2 * Math.sqrt(values.length))));
  const width = roundWidth(Math.max(high - low, Math.abs(high) * 0.01, 1e-6) / bins);
  // The tolerance keeps values on an edge in the upper bin despite rounding errors.
  const binAt = (value: number): number => Math.floor(value / width + 1e-9);
  const [first, last] = [binAt(low), binAt(high)];
  const counts = new Array<number>(last - first + 1).fill(0);
  for (const value of sorted) counts[Math.min(last, Math.max(first, binAt(value))) - first]! += 1;
  return counts.map((amount, i) => ({
    from: (first + i) * width,
    to: (first + i + 1) * width,
    values: amount,
    open:
      i === 0 && binAt(sorted[0]!) < first
        ? 'below'
        : first + i === last && binAt(sorted.at(-1)!) > last
          ? 'above'
          : null,
  }));
}

/** The smallest of 1, 2, 5 x 10^n that is at least `width`. */
function roundWidth(width: number): number {
  const power = 10 ** Math.floor(Math.log10(width));
  return power * ([1, 2, 5, 10].find((step) => step * power >= width * (1 - 1e-9)) ?? 10);
}

/** A histogram of trade returns without script. Widths are percentages, so that the text keeps its size. */
export function histogram(returns: readonly number[], average: number | null): Html {
  const bins = binsOf(returns);
  if (bins.length === 0) return html`<p class="empty">No trades.</p>`;
  const most = Math.max(...bins.map(({ values }) => values));
  const start = bins[0]!.from;
  const width = bins[0]!.to - start;
  const x = (value: number): string => `${(((value - start) / width / bins.length) * 100).toFixed(3)}%`;
  const bars = bins.map((bin) => {
    const height = (bin.values / most) * (BASE - TOP);
    const tone = bin.from >= -width / 2 ? 'gain' : 'loss';
    return html`<rect
      class="bar ${tone}"
      x="${x(bin.from)}"
      y="${(BASE - height).toFixed(1)}"
      width="${(92 / bins.length).toFixed(3)}%"
      height="${height.toFixed(1)}"
      ><title>${rangeOf(bin)}: ${count(bin.values)}</title></rect
    >`;
  });
  const labels = labelledEdges(bins).map(
    ({ value, anchor }) =>
      html`<text x="${x(value)}" y="${BASE + 18}" text-anchor="${anchor}"
        >${change(value).replace(/\.?0+ %$/, ' %')}</text
      >`,
  );
  const label = `Trade returns from ${rangeOf(bins[0]!)} to ${rangeOf(bins.at(-1)!)}; the fullest bin holds ${count(most)} trades`;
  return html`<svg class="histogram" width="100%" height="${HEIGHT}" role="img" aria-label="${label}">
      ${bars}
      <line class="axis" x1="0" x2="100%" y1="${BASE}" y2="${BASE}" />
      ${average !== null && html`<line class="mean" x1="${x(average)}" x2="${x(average)}" y1="${TOP - 10}" y2="${BASE}"><title>average ${change(average)}</title></line>`}
      ${labels}
    </svg>
    <p class="muted">
      Return of each trade on its entry's notional, after fees; the dashed line is the average, ${change(average)}. The
      fullest bin holds ${count(most)}.
    </p>`;
}

const rangeOf = ({ from, to, open }: Bin): string => {
  if (open === 'below') return `below ${change(to)}`;
  if (open === 'above') return `${change(from)} and above`;
  return `${change(from)} to ${change(to)}`;
};

interface Label {
  readonly value: number;
  readonly anchor: 'start' | 'middle' | 'end';
}

/** Labels of both ends, and of zero when there is enough space. */
function labelledEdges(bins: readonly Bin[]): readonly Label[] {
  const zero = bins.findIndex(({ from }) => Math.abs(from) < 1e-12);
  const isRoomy = zero > bins.length / 5 && zero < (bins.length * 4) / 5;
  return [
    { value: bins[0]!.from, anchor: 'start' },
    ...(isRoomy ? [{ value: bins[zero]!.from, anchor: 'middle' as const }] : []),
    { value: bins.at(-1)!.to, anchor: 'end' },
  ];
}
