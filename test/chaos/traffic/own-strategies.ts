import { type StrategySpec } from '../../../src/domain/strategies/spec.ts';
import { line } from '../../../src/domain/strategies/families/rule-words.ts';
import { patiently } from '../world/patiently.ts';

/** Averages so short that they cross every few candles: a run of minutes has hundreds of orders. */
const crossing = (fast: number, slow: number, stop: number): StrategySpec => ({
  family: 'trend-following',
  side: 'long',
  entry: { left: line('sma', { period: fast }), op: 'crosses-above', right: line('sma', { period: slow }) },
  exit: { left: line('sma', { period: fast }), op: 'crosses-below', right: line('sma', { period: slow }) },
  stop: { kind: 'percent', value: stop },
  target: { kind: 'percent', value: stop * 1.5 },
  sizing: { kind: 'fraction', fraction: 0.04 },
});

const ADDED = [
  ...['BTC-USD', 'ETH-USD', 'SOL-USD'].flatMap((market, i) => [
    { market, spec: crossing(1, 2 + i, 0.02), active: true, unproven: true },
    { market, spec: crossing(2, 3 + i, 0.03), active: true, unproven: true },
    { market, spec: crossing(1, 5 + i, 0.01), active: true, unproven: true },
  ]),
  { market: 'ETH-USD', spec: crossing(1, 4, 0.03), active: false },
];
const ADDED_WITHIN_MS = 120_000;

/** Asks the company to trade strategies that trade often, as a person does with his own. */
export async function addStrategies(api: string): Promise<void> {
  for (const body of ADDED) {
    const isAdded = await patiently(ADDED_WITHIN_MS, async () => {
      const response = await fetch(`${api}/api/strategies`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(body),
      });
      // On a busy machine Redis may not answer in time; to ask again changes nothing.
      if (response.status !== 202 && response.status !== 503)
        throw new Error(`a strategy was refused: ${await response.text()}`);
      return response.status === 202;
    });
    if (!isAdded) throw new Error(`no strategy was added within ${ADDED_WITHIN_MS / 1000} s`);
  }
  const isThere = await patiently(ADDED_WITHIN_MS, async () => {
    const response = await fetch(`${api}/api/portfolio?limit=100`);
    if (!response.ok) return false;
    const { items } = (await response.json()) as { readonly items: readonly unknown[] };
    return items.length >= ADDED.length;
  });
  if (!isThere) throw new Error('the strategies are not in the portfolio');
}
