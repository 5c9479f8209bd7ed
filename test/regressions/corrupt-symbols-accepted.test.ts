import fc from 'fast-check';
import { expect, it } from 'vitest';
import { contractOf } from '../../queues/producer.ts';
import { symbolField } from '../../queues/fields.ts';
import { QUEUE_NAMES } from '../../queues/names.ts';

// Bug: corrupt symbols accepted.

it.each(['BTC-USD', 'ETH-USDC', 'BIP-20DEC30-CDE', '1INCH-USD', 'BTC-PERP-INTX'])('%s is a symbol', (symbol) => {
  expect(symbolField.safeParse(symbol).success).toBe(true);
});

it.each([
  '',
  'BTC',
  'btc-usd',
  'BTC/USD',
  'BTC-USD ',
  ' BTC-USD',
  'BTC--USD',
  '-USD',
  'BTC-',
  'BTC-USD\n',
  'BTC-USD:1',
  'ВТС-USD',
  'undefined',
  'NaN-NaN',
  '../x',
  'BTC-USD-USD-USD-USD',
  'A'.repeat(13) + '-USD',
])('%j is none', (symbol) => {
  expect(symbolField.safeParse(symbol).success).toBe(false);
});

it('no contract accepts an invalid symbol', () => {
  const base = { account: 'paper', timeframe: '1h', candleTime: 0, cycleId: 'c1', strategyHash: 'a'.repeat(64) };
  const jobs = QUEUE_NAMES.flatMap((queue) =>
    Object.entries(contractOf(queue).jobs).map(([name, { data }]) => ({ name: `${queue}:${name}`, data })),
  );
  const payloads = [
    base,
    { cycleId: 'c1' },
    { cycleId: 'c1', strategyHash: base.strategyHash },
    { account: 'paper', timeframe: '1h', candleTime: 0 },
  ];
  /** Payloads that name markets, by their job: one symbol, or a list of them. */
  const withSymbol = jobs.flatMap(({ name, data }) =>
    payloads.flatMap((payload) =>
      [(symbol: string) => ({ ...payload, symbol }), (symbol: string) => ({ ...payload, symbols: [symbol] })].flatMap(
        (naming) =>
          data.safeParse(naming('BTC-USD')).success && !data.safeParse(payload).success ? [{ name, data, naming }] : [],
      ),
    ),
  );
  expect([...new Set(withSymbol.map(({ name }) => name))].sort()).toEqual([
    'analyst:analyze',
    'analyst:signals',
    'optimizer:optimize',
    'trader:settle',
  ]);
  fc.assert(
    fc.property(fc.string(), fc.constantFrom(...withSymbol), (symbol, { data, naming }) => {
      fc.pre(!/^[A-Z0-9]+(-[A-Z0-9]+)+$/.test(symbol));
      expect(data.safeParse(naming(symbol)).success).toBe(false);
    }),
  );
});
