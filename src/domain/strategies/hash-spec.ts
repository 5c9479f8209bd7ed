import { canonicalJson } from '../identity/canonical-json.ts';
import { sha256 } from '../identity/sha256.ts';
import { type StrategySpec } from './spec.ts';

/** Canonical form of a spec: sorted keys, shortest numbers, undefined fields left out. */
export function canonicalSpec(spec: StrategySpec): string {
  return canonicalJson(spec);
}

/** Identity of a spec: SHA-256 of its canonical form, hex. */
export function hashSpec(spec: StrategySpec): string {
  return sha256(canonicalSpec(spec));
}
