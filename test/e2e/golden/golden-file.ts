import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import { createRng } from '../../../src/domain/random/rng.ts';
import { buildSpec, randomParameters, templates } from '../../../src/domain/strategies/families/families.ts';
import { type FamilyParameters } from '../../../src/domain/strategies/families/parameter-range.ts';
import { FAMILIES, type StrategySpec } from '../../../src/domain/strategies/spec.ts';

/**
 * Results that a refactoring must not change: figures of backtests, of a replay and of the default cycle, without
 * texts, wall times and the head of the audit log. The replay is a long test: `npx vitest run --project services
 * --project long test/e2e/golden` compares everything. `UPDATE_GOLDEN=1` rewrites the file: use it only in a change
 * that intends to change behaviour, and say in the commit what changed.
 */
const GOLDEN = join(import.meta.dirname, 'golden.json');
/** Candle file of the golden backtests and of the golden replay. */
export const BITCOIN = 'BTC-USD_FIVE_MINUTE.csv';

export const digest = (value: unknown): string => createHash('sha256').update(JSON.stringify(value)).digest('hex');

export function expectGolden(part: string, actual: unknown): void {
  const stored = existsSync(GOLDEN) ? (JSON.parse(readFileSync(GOLDEN, 'utf8')) as Record<string, unknown>) : {};
  if (process.env['UPDATE_GOLDEN'] === '1') {
    const next = Object.fromEntries(Object.entries({ ...stored, [part]: actual }).sort(([a], [b]) => (a < b ? -1 : 1)));
    writeFileSync(GOLDEN, `${JSON.stringify(next, null, 1)}\n`);
    return;
  }
  // Compares after a JSON round trip, as the stored values had one.
  expect(JSON.parse(JSON.stringify(actual))).toEqual(stored[part]);
}

interface NamedSpec {
  readonly name: string;
  readonly spec: StrategySpec;
}

/** Two templates and one random set of parameters per family, all of side long, because the market is a spot market. */
export const SPECS: readonly NamedSpec[] = FAMILIES.flatMap((family) => {
  const rng = createRng(7).fork(family);
  const drawn = Array.from({ length: 50 }, () => ({ parameters: randomParameters(family, rng) }));
  const isLong = (spec: StrategySpec): boolean => spec.side === 'long';
  const specsOf = (sets: readonly { readonly parameters: FamilyParameters }[], count: number): StrategySpec[] =>
    sets
      .map(({ parameters }) => buildSpec(family, parameters))
      .filter(isLong)
      .slice(0, count);
  return [...specsOf(templates(family), 2), ...specsOf(drawn, 1)].map((spec, i) => ({ name: `${family} ${i}`, spec }));
});
