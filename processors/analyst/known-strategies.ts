import { type Strategy } from '../../src/domain/strategies/strategy.ts';
import { type Stores } from '../../src/ports/stores.ts';

/** More than a company trades at a time. */
const REMEMBERED = 1000;

type KnownStrategy = Pick<Strategy, 'hash' | 'name' | 'spec'>;

/**
 * Reads names and specs of strategies, each once: they belong to the hash and never change. Strategies that are not stored
 * are left out.
 */
export function createKnownStrategies(
  strategies: Pick<Stores['strategies'], 'getMany'>,
): (hashes: readonly string[]) => Promise<readonly KnownStrategy[]> {
  const known = new Map<string, KnownStrategy>();
  return async (hashes) => {
    const wanted = [...new Set(hashes)];
    const unknown = wanted.filter((hash) => !known.has(hash));
    const read = unknown.length === 0 ? [] : await strategies.getMany(unknown);
    const fresh = new Map(read.map(({ hash, name, spec }) => [hash, { hash, name, spec }]));
    const found = wanted.flatMap((hash) => fresh.get(hash) ?? known.get(hash) ?? []);
    if (known.size + fresh.size > REMEMBERED) known.clear();
    for (const strategy of fresh.values()) known.set(strategy.hash, strategy);
    return found;
  };
}
