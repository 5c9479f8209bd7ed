import { corp } from '../traffic/operator.ts';
import { type World } from '../world/world.ts';
import { type Violate } from './check.ts';

/** The chain is unbroken, and contains the heads that were seen during the run. */
export async function checkAudit(world: World, heads: readonly string[], violate: Violate): Promise<string> {
  const { code, stdout, stderr } = await corp(world, 'audit', 'verify');
  if (code !== 0) violate('audit', `corp audit verify: exit code ${code}: ${stdout}${stderr}`);
  for (const head of heads) {
    const seen = await corp(world, 'audit', 'verify', '--head', head);
    if (seen.code !== 0) violate('audit', `the chain has lost its record ${head}: ${seen.stdout}${seen.stderr}`);
  }
  return `${stdout.trim().split('\n')[0]}; ${heads.length} earlier heads are in it`;
}
