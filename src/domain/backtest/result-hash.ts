import { canonicalJson } from '../identity/canonical-json.ts';
import { sha256 } from '../identity/sha256.ts';
import { type Simulation } from './result.ts';

/**
 * SHA-256 over a whole simulation (docs/simulation-rules.md rule 15). It must be equal on every machine; a difference
 * means that something is not deterministic.
 */
export function resultHash(simulation: Simulation): string {
  const { equity, ...rest } = simulation;
  const bytes = new DataView(new ArrayBuffer(8 * equity.length));
  equity.forEach((value, i) => bytes.setFloat64(8 * i, value, true));
  return sha256(canonicalJson({ ...rest, equity: sha256(new Uint8Array(bytes.buffer)) }));
}
