import { Option, type Command } from 'commander';
import { type Trade } from '../../domain/backtest/result.ts';
import { type Series } from '../../domain/market/series.ts';
import { type StrategySpec } from '../../domain/strategies/spec.ts';
import { AppError } from '../../domain/errors.ts';
import { checkLookAhead } from './check-lookahead.ts';
import { checkWarmup } from './check-warmup.ts';
import { type CliIo } from '../output/io.ts';

/** Flags of `corp backtest` that check a spec instead of showing its trades. */
export interface CheckOptions {
  readonly checkWarmup: boolean;
  readonly checkLookahead: boolean;
  readonly all: boolean;
}

export function addCheckOptions(command: Command): void {
  command
    .addOption(
      new Option(
        '--check-warmup',
        'instead: measure how much the indicators depend on where the candles begin',
      ).default(false),
    )
    .addOption(
      new Option('--check-lookahead', 'instead: recompute each signal on data that ends with it, and compare')
        .default(false)
        .conflicts('checkWarmup'),
    )
    .addOption(
      new Option('--all', 'with --check-lookahead: recompute every signal, not a sample')
        .default(false)
        .conflicts('checkWarmup'),
    );
}

/** @throws AppError `bad-input` for --all without --check-lookahead. */
export function requireCheckOptions({ all, checkLookahead }: CheckOptions): void {
  if (all && !checkLookahead) throw new AppError('bad-input', '--all needs --check-lookahead');
}

/** Runs the requested check; returns false when none was requested. @throws AppError `warmup-drifts`, `looks-ahead`. */
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
