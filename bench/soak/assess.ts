/** State of a running company after some candles. */
export interface SoakSample {
  readonly candles: number;
  readonly cycles: number;
  readonly fills: number;
  /** Resident bytes of each process. */
  readonly memory: Readonly<Record<SoakProcess, number>>;
  /** Bytes of the files of each part. */
  readonly disk: Readonly<Record<SoakPart, number>>;
}

export const SOAK_PROCESSES = ['company', 'store', 'redis'] as const;
export type SoakProcess = (typeof SOAK_PROCESSES)[number];
export const SOAK_PARTS = ['store', 'redis', 'audit', 'logs'] as const;
export type SoakPart = (typeof SOAK_PARTS)[number];

/** Growth in each third of the candles. */
export type Thirds = readonly [number, number, number];

export interface SoakReport {
  readonly candles: number;
  readonly cycles: number;
  readonly fills: number;
  /** Growth of resident memory, bytes, and the memory at the end. */
  readonly memory: Readonly<Record<SoakProcess, { readonly thirds: Thirds; readonly end: number }>>;
  /** Growth of files for each candle, by thirds, and over all candles for each cycle and fill; bytes. */
  readonly disk: Readonly<
    Record<SoakPart, { readonly perCandle: Thirds; readonly perCycle: number; readonly perFill: number | null }>
  >;
  /** What memory and files would be after 30 days at the default speed, bytes. */
  readonly month: { readonly memory: number; readonly disk: number };
  /** Limits that were not kept. */
  readonly faults: readonly string[];
}

/** 30 days at 3,600 market seconds a second, candles of an hour for each of 6 s of wall time. */
export const MONTH_CANDLES = 432_000;
const LIMITS = { lastThird: 0.05, constant: 0.1, company: 600e6, memory: 1.5e9, disk: 3e9 };
/** Less is noise of the allocator and of a single file. */
const NOISE = { memory: 4e6, perCandle: 50 };

const megabytes = (bytes: number): string => `${(bytes / 1e6).toFixed(1)} MB`;

/** The slope of the least squares line: files that are rewritten now and then grow in steps. */
function slope(points: readonly (readonly [x: number, y: number])[]): number {
  const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;
  const [x, y] = [mean(points.map(([at]) => at)), mean(points.map(([, value]) => value))];
  const spread = points.reduce((sum, [at]) => sum + (at - x) ** 2, 0);
  return spread === 0 ? 0 : points.reduce((sum, [at, value]) => sum + (at - x) * (value - y), 0) / spread;
}

/** @param samples in order of candles, at least three in each third */
export function assessSoak(samples: readonly SoakSample[]): SoakReport {
  const [first, last] = [samples[0]!, samples.at(-1)!];
  const candles = last.candles - first.candles;
  const third = (n: number): readonly SoakSample[] => {
    const [from, to] = [first.candles + (candles * n) / 3, first.candles + (candles * (n + 1)) / 3];
    return samples.filter((sample) => sample.candles >= from - 1 && sample.candles <= to + 1);
  };
  const thirds = [third(0), third(1), third(2)] as const;
  const perCandle = (of: readonly SoakSample[], value: (sample: SoakSample) => number): number =>
    slope(of.map((sample) => [sample.candles, value(sample)]));
  const eachThird = (value: (sample: SoakSample) => number): Thirds => [
    perCandle(thirds[0], value),
    perCandle(thirds[1], value),
    perCandle(thirds[2], value),
  ];
  const record = <Key extends string, Value>(keys: readonly Key[], of: (key: Key) => Value): Record<Key, Value> =>
    Object.fromEntries(keys.map((key) => [key, of(key)])) as Record<Key, Value>;

  const cycles = last.cycles - first.cycles;
  const fills = last.fills - first.fills;
  const memory = record(SOAK_PROCESSES, (process) => {
    const rates = eachThird((sample) => sample.memory[process]);
    return { thirds: rates.map((rate) => (rate * candles) / 3) as unknown as Thirds, end: last.memory[process] };
  });
  const disk = record(SOAK_PARTS, (part) => {
    const grown = perCandle(samples, (sample) => sample.disk[part]) * candles;
    return {
      perCandle: eachThird((sample) => sample.disk[part]),
      perCycle: cycles === 0 ? 0 : grown / cycles,
      perFill: fills === 0 ? null : grown / fills,
    };
  });
  const allowedOf = (process: SoakProcess): number =>
    Math.max(NOISE.memory, LIMITS.lastThird * Math.max(0, memory[process].thirds[0]));
  const month = {
    memory: SOAK_PROCESSES.reduce((sum, process) => {
      const [, , late] = memory[process].thirds;
      const grows = late > allowedOf(process) ? (late / (candles / 3)) * MONTH_CANDLES : 0;
      return sum + last.memory[process] + grows;
    }, 0),
    disk: SOAK_PARTS.reduce(
      (sum, part) => sum + last.disk[part] + Math.max(0, disk[part].perCandle[2] * MONTH_CANDLES),
      0,
    ),
  };

  const faults: string[] = [];
  for (const process of SOAK_PROCESSES) {
    const late = memory[process].thirds[2];
    const allowed = allowedOf(process);
    if (late > allowed)
      faults.push(
        `memory of ${process} grew by ${megabytes(late)} in the last third, ${megabytes(allowed)} are allowed`,
      );
  }
  for (const part of SOAK_PARTS) {
    const [, middle, late] = disk[part].perCandle;
    if (late - middle > Math.max(NOISE.perCandle, LIMITS.constant * Math.abs(middle)))
      faults.push(
        `files of ${part} grew by ${late.toFixed(0)} bytes a candle in the last third, by ${middle.toFixed(0)} in the middle one`,
      );
  }
  if (memory.company.end > LIMITS.company)
    faults.push(`the company has ${megabytes(memory.company.end)} in memory, ${megabytes(LIMITS.company)} are allowed`);
  for (const kind of ['memory', 'disk'] as const) {
    if (month[kind] > LIMITS[kind])
      faults.push(`${kind} after 30 days: ${megabytes(month[kind])}, ${megabytes(LIMITS[kind])} are allowed`);
  }
  return { candles, cycles, fills, memory, disk, month, faults };
}
