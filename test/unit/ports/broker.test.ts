import { createPaperBroker } from '../../../src/adapters/paper/broker.ts';
import { type PlainAccount } from '../../../src/adapters/paper/plain-venue.ts';
import { type PaperProfile } from '../../../src/adapters/paper/profile.ts';
import { type Candle } from '../../../src/domain/market/candle.ts';
import { openOrdersOf, type VenueAccount } from '../../../src/domain/portfolio/paper-venue/account.ts';
import { type MarketData } from '../../../src/ports/market-data.ts';
import { type VenueAccountStore } from '../../../src/ports/stores.ts';
import { ACCOUNT, brokerContract, type BrokerCase } from '../../contract/broker.contract.ts';
import { buildSeries } from '../../fixtures/build-series.ts';
import { memoryVenueAccounts } from '../../fixtures/memory-venue-accounts.ts';
import { type LostAt, scriptedVenue } from '../../fixtures/scripted-venue.ts';
import { HOUR, market } from '../../fixtures/synthetic-market.ts';

const SYMBOL = 'A-USD';
const CASH = 10_000;

/** The next candle after these. */
const candleOf = (earlier: readonly Candle[], [open, high, low, close]: readonly number[]): Candle => ({
  time: earlier.length * HOUR,
  open: open!,
  high: high!,
  low: low!,
  close: close!,
  volume: 1000,
});

/** The paper venue over a store whose writes may fail: what is asked of it is a write. */
function paperCase(profile: PaperProfile): BrokerCase {
  const candles: Candle[] = [];
  const stored = memoryVenueAccounts();
  let lost: { left: number; readonly at: LostAt; readonly error: unknown; reached: boolean } | null = null;
  const accounts: VenueAccountStore = {
    ...stored,
    async save(...row) {
      const strike = lost && (lost.left -= 1) === 0 ? lost : null;
      if (strike) strike.reached = true;
      if (strike?.at === 'before') throw strike.error;
      const isSaved = await stored.save(...row);
      if (strike) throw strike.error;
      return isSaved;
    },
  };
  const data: Pick<MarketData, 'market' | 'series' | 'now'> = {
    now: async () => candles.length * HOUR,
    market: async (symbol) => market(symbol),
    series: async () => buildSeries(SYMBOL, '1h', candles),
  };
  const play: BrokerCase['repeatCandle'] = async (broker) => {
    const candleTime = candles.at(-1)!.time;
    await broker.onCandles({ account: ACCOUNT, symbols: [SYMBOL], timeframe: '1h', candleTime });
  };
  let isUnanswered = false;
  return {
    symbol: SYMBOL,
    startingCash: CASH,
    restart: () =>
      createPaperBroker({
        accounts,
        data: data as MarketData,
        startingCash: CASH,
        quote: 'USD',
        terms: { slippageRate: 0, stopRangeShare: 0, priceImprovement: false },
        profile,
      }),
    atVenue() {
      const account = stored.stateOf(ACCOUNT) as VenueAccount & Partial<Pick<PlainAccount, 'venue'>>;
      return openOrdersOf(account.venue ?? account).map(({ clientOrderId }) => clientOrderId);
    },
    async candle(broker, prices) {
      // A candle that is asked for again after an error has closed already.
      if (!isUnanswered) candles.push(candleOf(candles, prices));
      isUnanswered = true;
      await play(broker);
      isUnanswered = false;
    },
    repeatCandle: play,
    lose(nth, at, error) {
      const strike = { left: nth, at, error, reached: false };
      lost = strike;
      return () => {
        lost = null;
        return strike.reached;
      };
    },
  };
}

function scriptedCase(): BrokerCase {
  const candles: Candle[] = [];
  const { broker, play, loseRequest, open } = scriptedVenue(market(SYMBOL), CASH);
  return {
    symbol: SYMBOL,
    startingCash: CASH,
    restart: broker,
    atVenue: () => open(ACCOUNT),
    async candle(_, prices) {
      const candle = candleOf(candles, prices);
      candles.push(candle);
      play(SYMBOL, candle);
    },
    repeatCandle: async (asked) => {
      await asked.onCandles({ account: ACCOUNT, symbols: [SYMBOL], timeframe: '1h', candleTime: candles.at(-1)!.time });
    },
    lose: loseRequest,
  };
}

brokerContract('paper with brackets', () => paperCase('bracket'));
brokerContract('paper on a plain venue', () => paperCase('plain'));
brokerContract('scripted', scriptedCase);
