import { type Market } from '../../market/market.ts';
import { PERCENT_BELOW } from '../../strategies/grammar.ts';
import { SpecError } from '../../spec-error.ts';
import { type StrategySpec } from '../../strategies/spec.ts';
import { encodeGenome, PARAM_DEFAULTS, type EncodedGenome } from './encode-genome.ts';
import { type Genome, type GenomeParams } from './genome.ts';
import { importRules } from './import-rules.ts';

export interface ImportedGenome {
  readonly spec: StrategySpec;
  /** One sentence per difference between spec and genome. */
  readonly notes: readonly string[];
}

/** The engine's stop trails the close at this share of the stop distance; genomes cannot change it. */
const TRAILING_SHARE = 0.8;

const READ_PARAMS = [...Object.keys(PARAM_DEFAULTS), 'direction'];

/**
 * Converts a genome to a spec that trades by docs/simulation-rules.md. These rules are stricter than the workers':
 * fills at the next open, through gaps, at real fees, one position at a time, no leverage.
 * @throws SpecError at the genome's field when a rule has no meaning or the genome could never trade.
 */
export function importGenome(genome: Genome, { marketKind }: { readonly marketKind: Market['kind'] }): ImportedGenome {
  const encoded = encodeGenome(genome);
  const { entry, notes } = importRules(encoded.rules, genome.entry_rules);
  const side = marketKind === 'spot' ? 'long' : encoded.side;
  const { stop, target } = encoded;
  const isInReach = side === 'long' || target < PERCENT_BELOW.target.short;
  requireDistance('sl_pct', stop, PERCENT_BELOW.stop);
  requireDistance('tp_pct', target, isInReach ? PERCENT_BELOW.target[side] : Infinity);
  const spec: StrategySpec = {
    family: 'imported',
    side,
    entry,
    stop: { kind: 'percent', value: stop },
    ...(isInReach && { target: { kind: 'percent', value: target } }),
    trailing: { kind: 'percent', value: Number((TRAILING_SHARE * stop).toPrecision(12)) },
    sizing: { kind: 'fraction', fraction: encoded.size },
  };
  return {
    spec,
    // Computed on access: a search over thousands of genomes never reads them.
    get notes() {
      const ofTarget = isInReach ? [] : [`params.tp_pct ${target} is left out: no price falls that far`];
      return [...notes, ...ofTarget, ...paramNotes(genome.params, encoded, side)];
    },
  };
}

function requireDistance(name: 'sl_pct' | 'tp_pct', value: number, below: number): void {
  if (value > 0 && value < below) return;
  const limit = below === Infinity ? '' : ` and below ${below}`;
  throw new SpecError(`params.${name}`, `${value} must be a fraction of the price above 0${limit}`);
}

function paramNotes(params: GenomeParams, encoded: EncodedGenome, side: StrategySpec['side']): string[] {
  const notes: string[] = [];
  for (const name of ['sl_pct', 'tp_pct', 'size_pct'] as const) {
    if (params[name] === undefined)
      notes.push(`params.${name} is missing: ${PARAM_DEFAULTS[name]}, the default of the workers`);
  }
  if (encoded.size !== (params.size_pct ?? encoded.size)) {
    notes.push(`params.size_pct ${params.size_pct} becomes ${encoded.size}, the limit of the workers`);
  }
  if (side !== encoded.side) notes.push('params.direction SHORT becomes LONG: the workers trade spot long only');
  if (encoded.maxPositions > 1) {
    notes.push(`params.max_positions ${params.max_positions} becomes 1: a spec holds one position at a time`);
  }
  if (encoded.leverage > 1) notes.push(`params.leverage ${params.leverage} becomes 1: a spec trades without leverage`);
  const unread = Object.keys(params).filter((name) => !READ_PARAMS.includes(name));
  if (unread.length > 0) notes.push(`left out, since no worker reads them: params.${unread.join(', params.')}`);
  return notes;
}
