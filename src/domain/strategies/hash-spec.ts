import { canonicalJson } from '../identity/canonical-json.ts';
import { sha256 } from '../identity/sha256.ts';
import { type StrategySpec } from './spec.ts';

/** The one spelling of a spec: sorted keys, shortest numbers, absent and undefined fields alike. */
export function canonicalSpec(spec: StrategySpec): string {
  return canonicalJson(spec);
}

/** Identity of a spec: SHA-256 of its canonical form, hex. */
export function hashSpec(spec: StrategySpec): string {
  return sha256(canonicalSpec(spec));
}
