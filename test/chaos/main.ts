import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { parseArgs } from 'node:util';
import { createStory } from './story.ts';
import { runChaos } from './run-chaos.ts';

const USAGE = `npm run chaos -- [options]: a company with nodes, coordinator, workers, client and operator under random faults
  --minutes N     how long faults happen (3)
  --seed N        the faults of an earlier run
  --profile NAME  of the paper venue: bracket, or plain (bracket)
  --keep          keeps the outputs of the processes also when everything holds`;

/**
 * Names that this process is in namespaces of its own: what it mounts ends with it, and when it is killed, all processes that it
 * has started are.
 */
const INSIDE = 'CHAOS_INSIDE';
/** Of util-linux. */
const UNSHARE = 'unshare';
const NAMESPACES = ['--user', '--map-root-user', '--mount', '--pid', '--fork', '--kill-child', '--mount-proc'];

const say = (text: string): void => void process.stdout.write(`${text}\n`);

async function runInside(): Promise<number> {
  const child = spawn(UNSHARE, [...NAMESPACES, process.execPath, ...process.execArgv, ...process.argv.slice(1)], {
    stdio: ['pipe', 'inherit', 'inherit'],
    env: { ...process.env, [INSIDE]: '1' },
  });
  // The end of its input tells the run to stop, also when this process is killed. A terminal signals both.
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => child.stdin.end());
  const [code] = (await once(child, 'exit')) as [number | null];
  return code ?? 1;
}

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      minutes: { type: 'string', default: '3' },
      seed: { type: 'string', default: String(1 + Math.floor(Math.random() * 1e6)) },
      profile: { type: 'string', default: 'bracket' },
      keep: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) {
    say(USAGE);
    return 0;
  }
  const [minutes, seed, profile] = [Number(values.minutes), Number(values.seed), values.profile];
  if (!(minutes > 0) || !Number.isSafeInteger(seed) || (profile !== 'bracket' && profile !== 'plain')) {
    process.stderr.write(`${USAGE}\n`);
    return 2;
  }
  const canUnshare = spawnSync(UNSHARE, [...NAMESPACES, 'true']).status === 0;
  if (process.env[INSIDE] === undefined && canUnshare) return runInside();

  const stopping = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => stopping.abort());
  if (process.env[INSIDE] !== undefined) process.stdin.once('end', () => stopping.abort()).resume();
  const again = `npm run chaos -- --seed ${seed} --minutes ${minutes} --profile ${profile}`;
  say(`seed ${seed}, ${minutes} minutes, profile ${profile}`);
  const story = createStory(say);
  try {
    await runChaos({ seed, minutes, profile, keeps: values.keep, stop: stopping.signal }, story);
  } catch (error) {
    story.violate('run', error instanceof Error ? (error.stack ?? error.message) : String(error));
  }
  const acts = [...story.counts].sort(([a], [b]) => (a < b ? -1 : 1));
  say(`\nacts: ${acts.map(([kind, n]) => `${n} ${kind}`).join(', ')}`);
  for (const text of story.violations) say(`not kept: ${text}`);
  say(
    story.violations.length === 0 ? 'everything holds' : `${story.violations.length} violations; again with: ${again}`,
  );
  return story.violations.length === 0 ? 0 : 1;
}

process.exit(await main());
