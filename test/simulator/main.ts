import { availableParallelism } from 'node:os';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { planOf } from './plan/plan.ts';
import { LEAST_SHARE, sharesOf } from './simulate/coverage.ts';
import { bundleSystem, loadSystem, type System } from './simulate/load-system.ts';
import { runOnThreads } from './simulate/seed-threads.ts';
import { runPlan } from './simulate/run-plan.ts';
import { runSeeds, type Tally } from './simulate/run-seeds.ts';
import { shrink } from './simulate/shrink.ts';
import { tellStory } from './simulate/tell-story.ts';

const USAGE = `npm run faults -- [options]: crashes, delays, doubles and loses what the money path does, and checks its rules
  --seeds N     seeds to run (1000)
  --from N      first seed (1)
  --threads N   threads (cores)
  --seed N      one seed, with its story; a failing one is made smaller first
  --bug NAME    with a planted bug of test/simulator/bugs, until it is found; "all" for a table of all`;

/** Failing seeds that are listed. */
const SHOWN = 20;

const say = (text: string): void => void process.stdout.write(`${text}\n`);

async function explain(seed: number, system: System): Promise<boolean> {
  const plan = planOf(seed);
  const { violation, story } = await runPlan(plan, system, true);
  if (!violation) {
    say(story.join('\n'));
    say(`seed ${seed} holds`);
    return true;
  }
  const smaller = await shrink(plan, violation, system);
  say(await tellStory(smaller.plan, smaller.violation, system));
  return false;
}

function sayTally(tally: Tally, seconds: number): boolean {
  const { seeds, orders, poor, operations, failures } = tally;
  const shares = sharesOf(tally);
  for (const { group, what, share } of shares)
    say(`${group.padEnd(10)} ${(share * 100).toFixed(1).padStart(5)} %  ${what}`);
  const rare = shares.filter(({ share }) => share < LEAST_SHARE);
  for (const { seed, violation } of failures.slice(0, SHOWN))
    say(`seed ${seed}, candle ${violation.candle}: ${violation.rule}: ${violation.text}`);
  say(
    `${seeds} seeds in ${seconds.toFixed(0)} s, ${(orders / seeds).toFixed(0)} orders and ${(operations / seeds).toFixed(0)} operations a seed`,
  );
  if (seeds >= 200)
    for (const { what, share } of rare) say(`too rare: ${what}, in ${(share * 100).toFixed(1)} % of the seeds`);
  for (const { seed, orders: few } of poor.slice(0, SHOWN)) say(`seed ${seed}: only ${few} orders`);
  say(failures.length === 0 ? 'every rule holds' : `${failures.length} seeds break a rule`);
  return failures.length === 0 && poor.length === 0 && (seeds < 200 || rare.length === 0);
}

async function findBugs(names: readonly string[], from: number, seeds: number): Promise<boolean> {
  let isFoundEach = true;
  for (const name of names) {
    const { failures } = await runSeeds(from, from + seeds - 1, await loadSystem(name), true);
    const [found] = failures;
    isFoundEach &&= found !== undefined;
    say(
      found
        ? `${name.padEnd(36)} seed ${String(found.seed).padStart(4)}  ${found.violation.rule}: ${found.violation.text}`
        : `${name.padEnd(36)} not found in ${seeds} seeds`,
    );
  }
  return isFoundEach;
}

const { values } = parseArgs({
  options: {
    seeds: { type: 'string', default: '1000' },
    from: { type: 'string', default: '1' },
    threads: { type: 'string', default: String(availableParallelism()) },
    seed: { type: 'string' },
    bug: { type: 'string' },
    help: { type: 'boolean', default: false },
  },
});
const [seeds, from, threads] = [Number(values.seeds), Number(values.from), Number(values.threads)];
let holds = true;
if (values.help) say(USAGE);
else if (values.seed !== undefined) holds = await explain(Number(values.seed), await loadSystem(values.bug));
else if (values.bug !== undefined) {
  const files = await readdir(join(import.meta.dirname, 'bugs'));
  const all = files.filter((name) => name.endsWith('.patch')).map((name) => name.slice(0, -'.patch'.length));
  holds = await findBugs(values.bug === 'all' ? all.sort() : [values.bug], from, seeds);
} else {
  const startedAt = performance.now();
  const tally = await runOnThreads(from, from + seeds - 1, threads, await bundleSystem(), (part) => {
    if (part.seeds % 500 === 0) process.stderr.write(`${part.seeds} seeds, ${part.failures.length} failures\n`);
  });
  holds = sayTally(tally, (performance.now() - startedAt) / 1000);
  const [first] = tally.failures;
  if (first) await explain(first.seed, await loadSystem());
}
process.exitCode = holds ? 0 : 1;
