import { AppError } from '../errors.ts';

/**
 * Seeded pseudo-random numbers (sfc32, Chris Doty-Humphrey's Small Fast Counting generator, PractRand). The same seed
 * gives the same numbers on every machine. `fork(label)` gives an independent stream, so that more draws in one place
 * never change the numbers of another.
 */
export interface Rng {
  /** Uniform in [0, 1). */
  next(): number;
  /** Uniform whole number in [min, max], both included. */
  integer(min: number, max: number): number;
  /** One of `items`, uniformly. @throws AppError `internal` when empty. */
  pick<T>(items: readonly T[]): T;
  /** Standard normal deviate (Marsaglia polar method). */
  normal(): number;
  /** Fills `out` with the numbers that as many calls of `normal` would give: without a boxed number for each. */
  normals(out: Float64Array): void;
  fork(label: string): Rng;
}

/** A number in [0, 1) from two of 32 bits. */
const unit = (high: number, low: number): number => (high * 0x20_0000 + (low >>> 11)) / 0x20_0000_0000_0000;

/** FNV-1a over UTF-16 code units with a 32-bit finalizer: derives seeds from labels. Do not use it for identities. */
function hash32(text: string, basis: number): number {
  let h = basis >>> 0;
  for (let i = 0; i < text.length; i += 1) h = Math.imul(h ^ text.charCodeAt(i), 16_777_619);
  h = Math.imul(h ^ (h >>> 16), 0x85eb_ca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2_ae35);
  return (h ^ (h >>> 16)) >>> 0;
}

/**
 * `normal` for all of `out`, with the state in local variables, which V8 keeps in registers: less than half of the time.
 * That holds only while both steps of a number are written out.
 */
function fillNormals(state: Int32Array, out: Float64Array): void {
  let a = state[0]! | 0;
  let b = state[1]! | 0;
  let c = state[2]! | 0;
  let n = state[3]! | 0;
  for (let i = 0; i < out.length; i += 1) {
    let u = 0;
    let s = 0;
    while (!(s > 0 && s < 1)) {
      let v = 0;
      for (let number = 0; number < 2; number += 1) {
        u = v;
        const high = (((a + b) | 0) + n) | 0;
        n = (n + 1) | 0;
        a = b ^ (b >>> 9);
        b = (c + (c << 3)) | 0;
        c = (((c << 21) | (c >>> 11)) + high) | 0;
        const low = (((a + b) | 0) + n) | 0;
        n = (n + 1) | 0;
        a = b ^ (b >>> 9);
        b = (c + (c << 3)) | 0;
        c = (((c << 21) | (c >>> 11)) + low) | 0;
        v = 2 * unit(high >>> 0, low) - 1;
      }
      s = u * u + v * v;
    }
    out[i] = u * Math.sqrt((-2 * Math.log(s)) / s);
  }
  state[0] = a;
  state[1] = b;
  state[2] = c;
  state[3] = n;
}

export function createRng(seed: number | string): Rng {
  const label = String(seed);
  // a, b, c and the counter. As variables of a closure V8 would box each one that needs more than 31 bits.
  const state = Int32Array.of(hash32(label, 0x811c_9dc5), hash32(label, 0x0105_9a7f), hash32(label, 0x5bd1_e995), 1);
  const step = (): number => {
    const [b, c] = [state[1]!, state[2]!];
    const sum = (state[0]! + b + state[3]!) | 0;
    state[3]! += 1;
    state[0] = b ^ (b >>> 9);
    state[1] = c + (c << 3);
    state[2] = ((c << 21) | (c >>> 11)) + sum;
    return sum >>> 0;
  };
  for (let i = 0; i < 12; i += 1) step();
  const next = (): number => unit(step(), step());
  const integer = (min: number, max: number): number => min + Math.floor(next() * (max - min + 1));
  const normal = (): number => {
    for (;;) {
      const u = 2 * next() - 1;
      const v = 2 * next() - 1;
      const s = u * u + v * v;
      if (s > 0 && s < 1) return u * Math.sqrt((-2 * Math.log(s)) / s);
    }
  };
  return {
    next,
    integer,
    pick(items) {
      const item = items[integer(0, items.length - 1)];
      if (item === undefined) throw new AppError('internal', 'cannot pick from an empty list');
      return item;
    },
    normal,
    normals: (out) => fillNormals(state, out),
    fork: (name) => createRng(`${label}/${name}`),
  };
}
