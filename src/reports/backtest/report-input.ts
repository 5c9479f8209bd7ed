import { type Metrics } from '../../domain/backtest/metrics/metrics.ts';
import { type FillModel, type Simulation } from '../../domain/backtest/result.ts';
import { type CoverageReport, type Series } from '../../domain/market/series.ts';
import { type StrategySpec } from '../../domain/strategies/spec.ts';

/** One backtest, played and measured over all of its series. A report shows it and adds no figure of another rule. */
export interface ReportInput {
  readonly spec: StrategySpec;
  /** As the user named it; only the last part is shown. */
  readonly dataFile: string;
  readonly series: Series;
  readonly coverage: CoverageReport;
  readonly model: FillModel;
  readonly simulation: Simulation;
  readonly metrics: Metrics;
  readonly resultHash: string;
}
