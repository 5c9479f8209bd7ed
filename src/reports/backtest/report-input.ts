import { type Metrics } from '../../domain/backtest/metrics/metrics.ts';
import { type FillModel, type Simulation } from '../../domain/backtest/result.ts';
import { type CoverageReport, type Series } from '../../domain/market/series.ts';
import { type StrategySpec } from '../../domain/strategies/spec.ts';

/** One backtest, simulated and measured over its whole series. A report only shows these figures. */
export interface ReportInput {
  readonly spec: StrategySpec;
  /** Path as given by the user; the report shows the file name only. */
  readonly dataFile: string;
  readonly series: Series;
  readonly coverage: CoverageReport;
  readonly model: FillModel;
  readonly simulation: Simulation;
  readonly metrics: Metrics;
  readonly resultHash: string;
}
