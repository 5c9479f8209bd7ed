import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Services } from '../../../src/runtime/services/start-services.ts';
import { writeCandleFiles } from '../../fixtures/faults/candle-files.ts';
import { foundCompany, type Company } from '../../fixtures/faults/company.ts';
import { decide } from '../../fixtures/faults/decisions.ts';
import { type Death } from '../../fixtures/faults/mortal-stores.ts';
import { outcomeOf } from '../../fixtures/faults/outcome.ts';
import { openScene } from '../../fixtures/faults/scene.ts';

const scene = openScene();
let services: Services;
let company: Company;

beforeAll(async () => {
  services = await scene.services('services');
  company = await foundCompany(scene, services, 'every-write', writeCandleFiles(scene.directory));
  const node = company.node();
  await company.startCycle();
  await company.cycleEnded();
  await node.kill('SIGTERM');
});

afterAll(async () => {
  await company.close();
  expect(await scene.clear()).toEqual([]);
});

/** The cycle that ran, as it stood before its decisions, under another name and for another account. */
async function reopened(name: string): Promise<string> {
  const { stores } = company.office;
  const { id } = company.ticket;
  const cycle = await company.cycle();
  if (cycle === null) throw new Error('the cycle is gone');
  await stores.cycles.create({ ...cycle, id: name, account: name, run: 2, state: 'running', phases: [] });
  for (const analysis of await stores.analyses.analyses(id)) await stores.analyses.saveAnalysis(name, analysis);
  for (const result of await stores.optimizations.ofCycle(id))
    await stores.optimizations.save({ ...result, cycleId: name });
  return name;
}

/** What was decided, whoever decided it; approvals have ids of their account. */
async function decidedIn(name: string): Promise<string> {
  const { strategies: _s, trialsOfAllCycles: _t, ...outcome } = await outcomeOf(company.office, name, name);
  const withoutApprovals = (key: string, value: unknown): unknown => (key === 'approvalId' ? undefined : value);
  return JSON.stringify(outcome, withoutApprovals, 1).replaceAll(name, 'NAME');
}

const AT_ONCE = 4;

it(
  'decides the same whichever write of a decision is the last of its process',
  { timeout: 120_000 },
  async ({ annotate }) => {
    const { office } = company;
    const writes = await decide(office, await reopened('undisturbed'));
    const expected = await decidedIn('undisturbed');
    expect(expected).toContain('"state": "filled"');

    const deaths: Death[] = [{ write: 42, when: 'after' }, { write: 54, when: 'after' }];
    await annotate(`${deaths.length} deaths`);
    const next = deaths.values();
    const wrong: string[] = [];
    const worker = async (): Promise<void> => {
      for (const death of next) {
        const name = `dies-${death.when}-${death.write}`;
        await decide(office, await reopened(name), death);
        expect(await decidedIn(name)).toEqual(expected);
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, worker));
    expect(wrong).toEqual([]);
  },
);
