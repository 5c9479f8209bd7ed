import { InvalidArgumentError, Option } from 'commander';
import { type Config } from '../../../config/schema.ts';
import { decimalOf } from './decimal.ts';

export interface CoverageOptions {
  readonly minimumCoverage?: number;
}

function parseShare(text: string): number {
  const share = decimalOf(text);
  if (share >= 0 && share <= 1) return share;
  throw new InvalidArgumentError('Write a share from 0 to 1: 0.4 plays candles of which 40 % are there.');
}

export const minimumCoverageOption = (): Option =>
  new Option('--minimum-coverage <share>', 'least share of bars with trades; default: config/exchange.yaml').argParser(
    parseShare,
  );

/** The exchange settings with the share of real bars given on the command line, if any. */
export const withMinimumCoverage = (
  exchange: Config['exchange'],
  { minimumCoverage }: CoverageOptions,
): Config['exchange'] => (minimumCoverage === undefined ? exchange : { ...exchange, minimumCoverage });
