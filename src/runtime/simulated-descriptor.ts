import { type Config } from '../../config/schema.ts';
import { timeframeMs } from '../domain/market/timeframe.ts';
import { type CompanyDescriptor } from './company-descriptor.ts';

/** First candle of every simulated market. Fixed, so that a seed always gives the same market. */
const SIMULATION_START = Date.UTC(2025, 0, 1);
const DAY_MS = 86_400_000;

export interface SimulatedMarketSource {
  readonly descriptor: CompanyDescriptor;
  /** Market time at which the company opens, after the history; epoch ms. */
  readonly opensAt: number;
}

export function simulatedMarketSource({ exchange }: Config, seed: number, now: number): SimulatedMarketSource {
  const step = timeframeMs(exchange.timeframe);
  return {
    descriptor: {
      mode: 'simulated',
      account: `paper-simulated-${seed}`,
      source: `simulated-${seed}`,
      simulation: { seed, startTime: SIMULATION_START },
      announcedAt: now,
    },
    opensAt: Math.floor((SIMULATION_START + exchange.simulated.historyDays * DAY_MS) / step) * step,
  };
}
