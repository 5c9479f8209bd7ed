import { type Clock } from '../../ports/clock.ts';

/** Failures in a row without a pause: a person mistypes. */
const FREE = 5;
const FIRST_PAUSE_MS = 1_000;
/** Short, because whoever shares the address of an attacker waits too. */
const MAX_PAUSE_MS = 10_000;
const FORGOTTEN_AFTER_MS = 15 * 60_000;
/** Addresses remembered at once. */
const MAX_ADDRESSES = 10_000;

interface Failures {
  readonly count: number;
  readonly at: number;
}

/** Counts wrong tokens by address, and says when the next attempt may be made. */
export interface LoginThrottle {
  /** Time until an attempt from the address is examined, ms; 0: now. */
  waitMs(address: string): number;
  /** Returns the number of failures in a row. */
  failed(address: string): number;
  succeeded(address: string): void;
}

/** One host has a whole /64 of IPv6 addresses. */
function ownerOf(address: string): string {
  if (!address.includes(':') || address.startsWith('::ffff:')) return address;
  return address.split(':').slice(0, 4).join(':');
}

export function createLoginThrottle(clock: Clock): LoginThrottle {
  const failures = new Map<string, Failures>();
  const find = (address: string): Failures | undefined => {
    const found = failures.get(ownerOf(address));
    return found !== undefined && clock.now() - found.at < FORGOTTEN_AFTER_MS ? found : undefined;
  };
  return {
    waitMs(address) {
      const found = find(address);
      if (found === undefined || found.count < FREE) return 0;
      const pause = Math.min(FIRST_PAUSE_MS * 2 ** (found.count - FREE), MAX_PAUSE_MS);
      return Math.max(0, found.at + pause - clock.now());
    },
    failed(address) {
      const count = (find(address)?.count ?? 0) + 1;
      const owner = ownerOf(address);
      // Last in the order of the map, so that the oldest is forgotten first.
      failures.delete(owner);
      failures.set(owner, { count, at: clock.now() });
      if (failures.size > MAX_ADDRESSES) failures.delete(failures.keys().next().value!);
      return count;
    },
    succeeded(address) {
      failures.delete(ownerOf(address));
    },
  };
}
