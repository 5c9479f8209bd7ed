import { timeframeMs } from '../../../src/domain/market/timeframe.ts';
import { type ClosedCandles, type PlacedRequest } from '../../../src/ports/broker.ts';
import { SOURCE, type Simulation } from '../simulate/simulation.ts';
import { type ExchangeRequest } from '../venue/exchange.ts';
import { createAtRequest } from './at-request.ts';
import { createAtRest } from './at-rest.ts';
import { createAtSend } from './at-send.ts';
import { type Doer } from './doer.ts';
import { createTruth, type Truth } from './truth.ts';
import { createWatches, type Watches } from './watches.ts';

/** The rules of the money path, checked at every write and send, and at rest. */
export interface Checks {
  readonly truth: Truth;
  readonly watches: Watches;
  beforeSubmit(doer: Doer, request: PlacedRequest): void;
  /** A request leaves for an exchange. */
  beforeRequest(doer: Doer, account: string, request: ExchangeRequest): void;
  beforeCandles(closed: ClosedCandles): void;
  /** All jobs of a candle have ended. */
  afterCandle(): void;
}

export function createChecks(simulation: Simulation): Checks {
  const truth = createTruth();
  return {
    truth,
    watches: createWatches(simulation, truth),
    beforeSubmit: createAtSend(simulation, truth),
    beforeRequest: createAtRequest(simulation),
    beforeCandles({ candleTime, timeframe }) {
      const now = simulation.rows.feed.get(SOURCE)?.now ?? 0;
      if (candleTime + timeframeMs(timeframe) > now)
        simulation.violate(
          'M19',
          `candles that close ${candleTime + timeframeMs(timeframe) - now} ms ahead are settled`,
        );
    },
    afterCandle: createAtRest(simulation, truth),
  };
}
