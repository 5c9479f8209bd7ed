import { type Config } from '../../config/schema.ts';
import { timeframeMs } from '../domain/market/timeframe.ts';
import { type CompanyDescriptor } from './company-descriptor.ts';

/** The simulated world begins here, whatever the date outside: the same seed is the same market for ever. */
const WORLD_START = Date.UTC(2025, 0, 1);
const DAY_MS = 86_400_000;

export interface SimulatedMarketSource {
  readonly descriptor: CompanyDescriptor;
  /** Market time at which the company opens: the history lies behind it. */
  readonly opensAt: number;
}

export function simulatedMarketSource({ exchange }: Config, seed: number, now: number): SimulatedMarketSource {
  const step = timeframeMs(exchange.timeframe);
  return {
    descriptor: {
      mode: 'simulated',
      account: `paper-simulated-${seed}`,
      source: `simulated-${seed}`,
      simulation: { seed, startTime: WORLD_START },
      announcedAt: now,
    },
    opensAt: Math.floor((WORLD_START + exchange.simulated.historyDays * DAY_MS) / step) * step,
  };
}
