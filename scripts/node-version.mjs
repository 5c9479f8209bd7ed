import { readFileSync } from 'node:fs';
import { inRoot } from './root.mjs';

/** The range in package.json when the running Node is below it, else null. */
export function missingNodeVersion(running = process.versions.node, range = rangeOfPackage()) {
  const [least, have] = [range.replace('>=', ''), running].map((version) => version.split('.').map(Number));
  const differs = least.findIndex((part, index) => part !== have[index]);
  return differs !== -1 && have[differs] < least[differs] ? range : null;
}

function rangeOfPackage() {
  return JSON.parse(readFileSync(inRoot('package.json'), 'utf8')).engines.node;
}
