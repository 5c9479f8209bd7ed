import { build } from './build.mjs';
import { check } from './check.mjs';
import { runNode, runTool } from './child.mjs';
import { dev } from './dev.mjs';
import { ensurePackages } from './npm-packages.mjs';
import { ensureRedis } from './redis-server.mjs';
import { runTogether } from './run-together.mjs';
import { testNode } from './test-node.mjs';

/** Projects of vitest.config.ts that every change must pass. The third project, `long`, takes minutes. */
const EVERY_CHANGE = ['--project', 'fast', '--project', 'services'];

/** Each takes the remaining arguments and resolves to an exit code. */
export const commands = {
  /** `npm start` continues with exec, so that no second Node process stays above the company. */
  async prepare() {
    await ensurePackages();
    await ensureRedis();
    await build();
    return 0;
  },

  async test(filters) {
    await ensurePackages();
    await ensureRedis();
    await build();
    // With arguments, only these tests run; without, the check must pass too.
    const checked = filters.length > 0 ? 0 : await check();
    const tested = await runTool('vitest', ['run', ...(filters.length > 0 ? filters : EVERY_CHANGE)]);
    return checked || tested;
  },

  async 'test:long'(filters) {
    await ensurePackages();
    await ensureRedis();
    await build();
    // Each kills some of the dozen processes that it starts; more than two at a time only wait for each other on two cores.
    return runTool('vitest', ['run', '--project', 'long', '--maxWorkers=2', ...filters]);
  },

  /** Tests with another version of Node. */
  async 'test:node'(args) {
    await ensurePackages();
    return testNode(args);
  },

  /** The simulator of faults of the money path; see docs/simulator-of-faults.md. */
  async faults(args) {
    await ensurePackages();
    return runNode(['--import', './test/fixtures/typescript-hooks.mjs', 'test/simulator/main.ts', ...args]);
  },

  /** Whether memory and files of a company stay bounded: corp bench soak. */
  async soak(args) {
    await ensurePackages();
    await ensureRedis();
    await build();
    return runNode(['dist/src/cli/main.js', 'bench', 'soak', ...args]);
  },

  /** A company under random faults: docs/operations.md. */
  async chaos(args) {
    await ensurePackages();
    await ensureRedis();
    await build();
    return runNode(['--import', './test/fixtures/typescript-hooks.mjs', 'test/chaos/main.ts', ...args]);
  },

  /** What .ci/run runs. */
  async ci() {
    return runTogether([() => commands.test([]), () => commands['test:long']([])]);
  },

  /** `npm start` for development: rebuilds and restarts when a file is saved. */
  async dev(args) {
    await ensurePackages();
    await ensureRedis();
    await build();
    return dev(args);
  },

  async build() {
    await ensurePackages();
    await build();
    return 0;
  },

  async check() {
    await ensurePackages();
    return check();
  },
};
