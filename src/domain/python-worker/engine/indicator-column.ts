import { slidingSum } from '../../indicators/sliding-window.ts';
import { type GenomeIndicator } from '../genomes/genome.ts';
import { type WorkerColumns } from './columns.ts';

/**
 * Computes an indicator like the Python workers, which differs from `src/domain/indicators`
 * (docs/coordinator-protocol.md#the-worker-engine): SMA and VOLSMA are NaN before bar period - 1, EMA starts at the first
 * close, RSI uses simple means and is 50 during warm-up and when the price does not move.
 */
export function indicatorColumn(
  { close, volume }: Pick<WorkerColumns, 'close' | 'volume'>,
  indicator: GenomeIndicator,
  period: number,
): Float64Array {
  switch (indicator) {
    case 'SMA':
      return windowMean(close, period);
    case 'VOLSMA':
      return windowMean(volume, period);
    case 'EMA':
      return exponentialMean(close, period);
    case 'RSI':
      return simpleStrength(close, period);
  }
}

function windowMean(column: Float64Array, period: number): Float64Array {
  return slidingSum(column, period).map((sum) => sum / period);
}

function exponentialMean(close: Float64Array, period: number): Float64Array {
  const alpha = 2 / (period + 1);
  const out = new Float64Array(close.length);
  let mean = close[0] ?? 0;
  for (let i = 0; i < close.length; i += 1) {
    if (i > 0) mean = (1 - alpha) * mean + alpha * close[i]!;
    out[i] = mean;
  }
  return out;
}

function simpleStrength(close: Float64Array, period: number): Float64Array {
  const gains = new Float64Array(close.length);
  const losses = new Float64Array(close.length);
  for (let i = 1; i < close.length; i += 1) {
    const change = close[i]! - close[i - 1]!;
    if (change > 0) gains[i] = change;
    else losses[i] = -change;
  }
  const up = windowMean(gains, period);
  const down = windowMean(losses, period);
  return up.map((gain, i) => {
    const loss = down[i]!;
    if (loss > 0) return 100 - 100 / (1 + gain / loss);
    return gain > 0 ? 100 : 50;
  });
}
