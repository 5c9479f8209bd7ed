import { execFile } from 'node:child_process';
import { basename, join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { seriesOfColumns } from '../../src/domain/market/build-series.ts';
import { resample } from '../../src/domain/market/resample.ts';
import { createSimulation } from '../../src/domain/simulation/simulation.ts';
import { type CliIo } from '../../src/cli/output/io.ts';
import { PROJECT_ROOT } from '../../src/paths.ts';
import { round, spreadOf, type Spread } from '../statistics.ts';
import { writeCandles } from '../engine/write-candles.ts';
import { withTemporaryCompany } from '../temporary-company.ts';
import { replayWith } from './replay-speed.ts';

export interface AgainstOptions {
  /** Another checkout of this project, built. */
  readonly against: string;
  readonly runs: number;
}

interface Measured {
  readonly what: string;
  readonly unit: string;
  readonly here: Spread;
  readonly there: Spread;
  /** here / there, of the medians. */
  readonly ratio: number;
}

export interface AgainstReport {
  readonly against: string;
  readonly rows: readonly Measured[];
}

const SYMBOLS = Array.from({ length: 10 }, (_, i) => `COIN${i}-USD`);
/** Hourly bars of each file; the last 40 % are replayed. */
const BARS = 1000;
const REPLAYED = 0.4 * BARS;
const START = Date.UTC(2025, 0, 1);

/** Hourly candles of one simulated market, under ten names. */
async function writeMarkets(directory: string): Promise<readonly string[]> {
  const simulation = createSimulation({ seed: 28, startTime: START });
  const own = seriesOfColumns('BTC-USD', '5m', simulation.candles('BTC-USD', 0, BARS * 12));
  const hours = resample(own, '1h');
  const paths = SYMBOLS.map((symbol) => join(directory, `${symbol}_1h.csv`));
  for (const path of paths) await writeCandles(path, hours);
  return paths;
}

interface CycleDocument {
  readonly runs: readonly { readonly cpuSeconds: number }[];
}

/** CPU seconds of one default cycle, as `corp bench cycle` of that checkout measures it. */
async function cycleCpu(checkout: string, environment: NodeJS.ProcessEnv, signal: AbortSignal): Promise<number> {
  const args = [join(checkout, 'dist/src/cli/main.js'), 'bench', 'cycle', '--runs', '1', '--no-memory', '--json'];
  const { stdout } = await promisify(execFile)(process.execPath, args, { cwd: checkout, env: environment, signal });
  return (JSON.parse(stdout) as CycleDocument).runs[0]!.cpuSeconds;
}

/** Default cycles and replays by this checkout and by another one, in turn. */
export async function benchAgainst(io: CliIo, { against, runs }: AgainstOptions): Promise<AgainstReport> {
  const checkouts = [PROJECT_ROOT, resolve(io.cwd, against)] as const;
  return withTemporaryCompany(io, async ({ directory, environment, stop }) => {
    const files = await writeMarkets(directory);
    const samples = { cycle: [[], []], many: [[], []], one: [[], []] } as Record<string, [number[], number[]]>;
    for (let run = 1; run <= runs; run += 1) {
      for (const [side, checkout] of checkouts.entries()) {
        const place = (what: string) => environment(`${what}-${run}-${side}`);
        const speed = async (what: 'many' | 'one', paths: readonly string[]): Promise<void> => {
          const { seconds } = await replayWith(checkout, paths, place(what), stop);
          samples[what]![side]!.push((REPLAYED * paths.length) / seconds);
        };
        samples['cycle']![side]!.push(await cycleCpu(checkout, place('cycle'), stop));
        await speed('many', files);
        await speed('one', files.slice(0, 1));
        io.complain(`run ${run} of ${runs}, ${side === 0 ? 'this checkout' : basename(checkout)}: done`);
      }
    }
    const row = (what: string, unit: string, [here, there]: [number[], number[]]): Measured => {
      const [a, b] = [spreadOf(here), spreadOf(there)];
      return { what, unit, here: a, there: b, ratio: a.median / b.median };
    };
    return {
      against: checkouts[1],
      rows: [
        row('default cycle', 'CPU s', samples['cycle']!),
        row(`replay of ${SYMBOLS.length} markets`, 'candles/s', samples['many']!),
        row('replay of one market', 'candles/s', samples['one']!),
      ],
    };
  });
}

export function printAgainst(io: CliIo, { rows, against }: AgainstReport): void {
  io.print(`This checkout beside ${against}, in turn\n`);
  io.table(
    rows.map(({ what, unit, here, there, ratio }) => ({
      what,
      unit,
      here: round(here.median, 2),
      there: round(there.median, 2),
      ratio: round(ratio, 2),
      'here min-max': `${round(here.min, 2)} - ${round(here.max, 2)}`,
      'there min-max': `${round(there.min, 2)} - ${round(there.max, 2)}`,
    })),
    '',
  );
}
