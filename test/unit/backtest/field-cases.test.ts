import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { loadConfig } from '../../../config/load.ts';
import { fillModelFor, type FillOptions } from '../../../src/cli/input/fill-options.ts';
import { readOneMarket } from '../../../src/adapters/candle-files/read-market-files.ts';
import { printedSeries } from '../../../src/cli/input/read-series.ts';
import { computeMetrics } from '../../../src/domain/backtest/metrics/metrics.ts';
import { type StrategySpec } from '../../../src/domain/strategies/spec.ts';
import { IMPLEMENTATIONS } from '../../fixtures/engine/implementations.ts';
import { FIELD_CASES, needsFieldCases } from '../../fixtures/needs.ts';

const { exchange } = loadConfig({ directory: 'config', environment: {} });
const FREE: FillOptions = { fees: { taker: 0, maker: 0 }, slippage: 0 };

describe.skipIf(needsFieldCases.isMissing)(needsFieldCases.title('cases from the field'), () => {
  describe.each(IMPLEMENTATIONS)('in the $name', ({ simulate }) => {
    async function play(id: string, file: string, options: FillOptions = FREE) {
      const read = printedSeries(await readOneMarket([join(FIELD_CASES, 'engine', `${file}_${id}.csv`)]), undefined);
      const { series } = read;
      const { model } = fillModelFor(exchange, read, options);
      const spec = JSON.parse(readFileSync(join(FIELD_CASES, 'engine', `${id}.spec.json`), 'utf8')) as StrategySpec;
      const simulation = simulate(series, spec, model);
      return { ...simulation, metrics: computeMetrics(simulation, series, { from: 0, to: series.length }, model) };
    }

    it('E02b: a bar that opens above the target and falls to the stop fills the target', async () => {
      const { trades } = await play('E02b', 'BTC-USD');
      expect(trades).toMatchObject([{ reason: 'target', ambiguous: false }]);
      expect(trades[0]!.exitPrice).toBeCloseTo(110, 9);
    });

    it('E09: an undescribed market at a price of 8e-6 gains what its price gains', async () => {
      expect((await play('E09', 'PEPE-USD')).metrics.totalReturn).toBeCloseTo(0.1, 6);
    });

    it('E11: a short at three times its entry is liquidated, and all figures agree', async () => {
      const { trades, equity, metrics } = await play('E11', 'BIP-20DEC30-CDE');
      expect(trades).toMatchObject([{ reason: 'liquidation' }]);
      expect(equity.at(-1)).toBe(0);
      expect(metrics).toMatchObject({
        totalReturn: -1,
        maxDrawdown: 1,
        finalEquity: 0,
        worstCaseReturn: -1,
        trades: 1,
      });
    });

    it('E13: equal daily returns have no Sharpe ratio', async () => {
      const { metrics } = await play('E13', 'BTC-USD');
      expect([metrics.trades, metrics.sharpe, metrics.dailySharpe]).toEqual([1, null, null]);
    });

    it('E25: an order below the minimum notional is rejected', async () => {
      const { trades, rejectedSignals } = await play('E25', 'BTC-USD');
      expect([trades.length, rejectedSignals['below-minimum']]).toEqual([0, 1]);
    });

    it('E78: the whole equity is committed at a price of 0.39 with the default fees', async () => {
      const { trades, rejectedSignals } = await play('E78', 'BTC-USD', {});
      expect([trades.length, rejectedSignals['insufficient-funds']]).toEqual([1, 0]);
    });
  });
});
