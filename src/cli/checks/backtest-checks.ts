import { Option, type Command } from 'commander';
import { type Trade } from '../../domain/backtest/result.ts';
import { type Series } from '../../domain/market/series.ts';
import { type StrategySpec } from '../../domain/strategies/spec.ts';
import { AppError } from '../../domain/errors.ts';
import { checkLookAhead } from './check-lookahead.ts';
import { checkWarmup } from './check-warmup.ts';
import { type CliIo } from '../output/io.ts';

/** Flags of `corp backtest` that examine a spec instead of showing its trades. */
export interface CheckOptions {
  readonly checkWarmup: boolean;
  readonly checkLookahead: boolean;
  readonly all: boolean;
}

export function addCheckOptions(command: Command): void {
  command
    .addOption(
      new Option('--check-warmup', 'instead: how much the indicators still depend on where the candles begin').default(
        false,
      ),
    )
    .addOption(
      new Option('--check-lookahead', 'instead: recompute on data cut off at each signal and compare')
        .default(false)
        .conflicts('checkWarmup'),
    )
    .addOption(
      new Option('--all', 'with --check-lookahead: every signal, however long that takes')
        .default(false)
        .conflicts('checkWarmup'),
    );
}

/** @throws AppError `bad-input` when --all has nothing to belong to. */
export function requireCheckOptions({ all, checkLookahead }: CheckOptions): void {
  if (all && !checkLookahead) throw new AppError('bad-input', '--all belongs to --check-lookahead');
}

/** Whether a check was asked for, and made. @throws AppError `warmup-drifts`, `looks-ahead` when it finds something. */
export function runCheck(
  io: CliIo,
  spec: StrategySpec,
  series: Series,
  trades: readonly Trade[],
  options: CheckOptions & { readonly json: boolean },
): boolean {
  if (options.checkWarmup) checkWarmup(io, spec, series, options.json);
  if (options.checkLookahead) checkLookAhead(io, spec, series, { trades, all: options.all, json: options.json });
  return options.checkWarmup || options.checkLookahead;
}
