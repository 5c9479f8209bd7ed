import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { rebuild } from './build.mjs';
import { runTool, succeeds } from './child.mjs';
import { notice } from './notice.mjs';
import { nodePackage, PINNED_NODES } from './node-version.mjs';
import { root } from './root.mjs';

const GOLDEN = ['--project', 'services', 'test/e2e/golden'];
const MAJORS = Object.keys(PINNED_NODES);
const USAGE = `Usage: npm run test:node -- ${MAJORS.join('|')} [--golden] [files of the fast tests]`;

/** The arguments of `npm run test:node`. @throws Error with the usage. */
export function parseTestNode(args) {
  const [major, ...rest] = args;
  if (!MAJORS.includes(major)) throw new Error(USAGE);
  const unknown = rest.find((arg) => arg.startsWith('-') && arg !== '--golden');
  if (unknown !== undefined) throw new Error(`Unknown option ${unknown}. ${USAGE}`);
  return { major, golden: rest.includes('--golden'), filters: rest.filter((arg) => arg !== '--golden') };
}

/**
 * Runs the fast tests with the pinned Node of a major version, which npm installs into node_modules/.cache. With
 * `--golden` that Node also builds the project and compares the golden file.
 */
export async function testNode(args) {
  const { major, golden, filters } = parseTestNode(args);
  const version = PINNED_NODES[major];
  const binary = await ensureNode(version);
  const env = { ...process.env, PATH: `${dirname(binary)}${delimiter}${process.env.PATH ?? ''}` };
  notice(`Node ${version}: ${binary}`);
  const tested = await runTool('vitest', ['run', '--project', 'fast', ...filters], env);
  if (tested !== 0 || !golden) return finish(version, 'the fast tests', tested);
  await rebuild(env);
  return finish(version, 'the fast tests and the golden file', await runTool('vitest', ['run', ...GOLDEN], env));
}

function finish(version, what, exitCode) {
  notice(`Node ${version}: ${what} ${exitCode === 0 ? 'passed' : 'failed'}`);
  return exitCode;
}

/** The path of the binary. @throws Error when npm cannot install it, or it is another version. */
async function ensureNode(version) {
  const name = nodePackage();
  const folder = join(root, 'node_modules', '.cache', 'node', version);
  const binary = join(folder, 'node_modules', name, 'bin', 'node');
  if (!existsSync(binary)) {
    notice(`installing ${name}@${version} ...`);
    mkdirSync(folder, { recursive: true });
    const options = [
      '--prefix',
      folder,
      '--no-save',
      '--ignore-scripts',
      '--no-audit',
      '--no-fund',
      '--loglevel=error',
    ];
    if (!(await succeeds('npm', ['install', ...options, `${name}@${version}`])))
      throw new Error(`npm install ${name}@${version} failed: see above; it needs the npm registry`);
  }
  const answer = spawnSync(binary, ['--version'], { encoding: 'utf8' });
  if (answer.stdout?.trim() !== `v${version}`)
    throw new Error(`${binary} does not run as Node ${version}: remove ${folder} and try again`);
  return binary;
}
