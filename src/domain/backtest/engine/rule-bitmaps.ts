import { type IndicatorCache } from '../../indicators/indicator-cache.ts';
import { operandKey } from '../../indicators/operand-key.ts';
import { type Condition, type Rule } from '../../strategies/spec.ts';
import { type Operand } from '../../indicators/operand.ts';
import { intersect, unite, type Bitmap } from './bitmap.ts';
import { type Dataset } from './dataset.ts';
import { ruleBitmap, type Side } from './rule-bitmap.ts';

/** Evaluates conditions to bitmaps over one dataset. The next call of the same method overwrites the returned bitmap. */
export interface RuleBitmaps {
  entry(condition: Condition): Bitmap;
  /** Real bars only: while a position is open, rules are not evaluated on bars filled flat. */
  exit(condition: Condition): Bitmap;
}

/**
 * Each distinct rule is evaluated once over all bars and cached, because the specs of a search share most of their
 * rules.
 * @param maxBytes memory limit of cached rules; the least recently used is dropped first.
 */
export function createRuleBitmaps(dataset: Dataset, cache: IndicatorCache, maxBytes: number): RuleBitmaps {
  const { length } = dataset.series;
  const words = dataset.real.length;
  const maxRules = Math.max(16, Math.floor(maxBytes / (words * Uint32Array.BYTES_PER_ELEMENT)));
  const known = new Map<string, Bitmap>();
  const entryBits = new Uint32Array(words);
  const exitBits = new Uint32Array(words);

  const sideOf = (operand: Operand): Side => ('value' in operand ? operand.value : cache.operand(operand));

  const ofRule = (rule: Rule): Bitmap => {
    const key = `${operandKey(rule.left)} ${rule.op} ${operandKey(rule.right)}`;
    const kept = known.get(key);
    if (kept) {
      // Track recency only when the cache is near its limit.
      if (known.size * 2 > maxRules) {
        known.delete(key);
        known.set(key, kept);
      }
      return kept;
    }
    const bits = ruleBitmap(rule.op, sideOf(rule.left), sideOf(rule.right), length, dataset);
    known.set(key, bits);
    if (known.size > maxRules) known.delete(known.keys().next().value!);
    return bits;
  };

  const ofCondition = (condition: Condition): Bitmap => {
    if ('left' in condition) return ofRule(condition);
    const bits = new Uint32Array(words);
    combine(condition, bits);
    return bits;
  };

  /** Evaluates a condition and overwrites `into` with it. */
  const combine = (condition: Condition, into: Bitmap): void => {
    if ('left' in condition) return into.set(ofRule(condition));
    const members = 'all' in condition ? condition.all : condition.any;
    const join = 'all' in condition ? intersect : unite;
    into.set(ofCondition(members[0]!));
    for (let i = 1; i < members.length; i += 1) join(into, ofCondition(members[i]!));
  };

  return {
    entry(condition) {
      combine(condition, entryBits);
      return entryBits;
    },
    exit(condition) {
      combine(condition, exitBits);
      intersect(exitBits, dataset.real);
      return exitBits;
    },
  };
}
