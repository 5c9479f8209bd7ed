import { SpecError } from '../../spec-error.ts';
import { type Condition, type Rule } from '../../strategies/spec.ts';
import { type Operand } from '../../indicators/operand.ts';
import { validateCondition } from '../../strategies/validate-condition.ts';
import { MAX_RULES, type EncodedOperand, type EncodedRule } from './encode-genome.ts';
import {
  GENOME_FIELDS,
  GENOME_INDICATORS,
  GENOME_PERIODS,
  type GenomeIndicator,
  type GenomeRule,
  type GenomeSide,
} from './genome.ts';

/** The workers' RSI uses simple means (Cutler), not Wilder's smoothing. */
const INDICATOR_NAMES: Readonly<Record<GenomeIndicator, string>> = {
  RSI: 'cutler-rsi',
  SMA: 'sma',
  EMA: 'ema',
  VOLSMA: 'volume-sma',
};

const KNOWN = { indicator: GENOME_INDICATORS, period: GENOME_PERIODS, field: GENOME_FIELDS } as const;

export interface ImportedRules {
  readonly entry: Condition;
  readonly notes: readonly string[];
}

/**
 * Converts a genome's rules to a condition.
 * @throws SpecError at the first field without meaning: an unknown name or period, a rule that compares incompatible
 * values or never holds, or no rule that reads the market.
 */
export function importRules(encoded: readonly EncodedRule[], written: readonly GenomeRule[]): ImportedRules {
  const rules: Rule[] = [];
  const notes: string[] = [];
  encoded.forEach((rule, i) => {
    const path = `entry_rules[${i}]`;
    const { op, left, right } = written[i]!;
    const imported: Rule = {
      left: operandOf(rule.left, left, `${path}.left`),
      op: rule.isAbove ? '>' : '<',
      right: operandOf(rule.right, right, `${path}.right`),
    };
    if (op !== imported.op) notes.push(`${path}.op '${op}' is read as '<', as by the workers`);
    if ('value' in imported.left && 'value' in imported.right) {
      requireTrue(imported.left.value, rule.isAbove, imported.right.value, path);
      notes.push(`${path} is left out: it compares two constants and always holds`);
    } else {
      validateCondition(imported, path);
      rules.push(imported);
    }
  });
  const [first, ...others] = rules;
  if (!first) throw new SpecError('entry_rules', 'no rule looks at the market: name an indicator or a field');
  if (written.length > MAX_RULES) {
    notes.push(`only the first ${MAX_RULES} of ${written.length} entry_rules count, as for the workers`);
  }
  return { entry: others.length === 0 ? first : { all: rules }, notes };
}

function requireTrue(left: number, isAbove: boolean, right: number, path: string): void {
  if (isAbove ? left > right : left < right) return;
  throw new SpecError(path, 'compares two constants and never holds: such a genome never trades');
}

function operandOf(operand: EncodedOperand, written: GenomeSide, path: string): Operand {
  switch (operand.kind) {
    case 'constant':
      return { value: operand.value };
    case 'field':
      return { field: operand.field };
    case 'indicator':
      return { indicator: INDICATOR_NAMES[operand.indicator], params: { period: operand.period } };
    case 'unknown': {
      const { key } = operand;
      const given = (written as Readonly<Record<string, string | number | undefined>>)[key];
      const what = given === undefined ? 'is missing' : `'${String(given)}' is unknown`;
      throw new SpecError(
        `${path}.${key}`,
        `${what}; the workers read it as the constant 0: use one of ${KNOWN[key].join(', ')}`,
      );
    }
  }
}
