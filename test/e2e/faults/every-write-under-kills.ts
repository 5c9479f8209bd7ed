import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Services } from '../../../src/runtime/services/start-services.ts';
import { writeCandleFiles } from '../../fixtures/faults/candle-files.ts';
import { createCompany, type Company } from '../../fixtures/faults/company.ts';
import { decide } from '../../fixtures/faults/decisions.ts';
import { outcomeOf } from '../../fixtures/faults/outcome.ts';
import { openFaultTestEnvironment } from '../../fixtures/faults/test-environment.ts';

/** A process is killed after each `every`th write of a cycle's decisions; another process decides again. */
export function describeEveryWrite(every: number): void {
  const testEnvironment = openFaultTestEnvironment();
  let services: Services;
  let company: Company;

  beforeAll(async () => {
    services = await testEnvironment.services('services');
    company = await createCompany(
      testEnvironment,
      services,
      'every-write',
      writeCandleFiles(testEnvironment.directory),
      {
        // A small portfolio without correlated strategies, so that the holdings affect the selection.
        CORP_AGENTS__SELECTOR__MAX_ACTIVE: '2',
        CORP_AGENTS__SELECTOR__MAX_CORRELATION: '0.999',
      },
    );
    const node = company.node();
    await company.startCycle();
    await company.cycleEnded();
    await node.kill('SIGTERM');
  });

  afterAll(async () => {
    await company.close();
    expect(await testEnvironment.clear()).toEqual([]);
  });

  /**
   * Copies the finished cycle, as it was before its decisions, to another id and account. The account holds a copy of
   * the selected strategy under another hash, which must be replaced.
   */
  async function reopened(name: string): Promise<string> {
    const { stores } = company.context;
    const { id } = company.runRequest;
    const cycle = await company.cycle();
    if (cycle === null) throw new Error('the cycle is missing');
    await stores.cycles.create({ ...cycle, id: name, account: name, run: 2, state: 'running', phases: [] });
    for (const analysis of await stores.analyses.analyses(id)) await stores.analyses.saveAnalysis(name, analysis);
    for (const result of await stores.optimizations.ofCycle(id))
      await stores.optimizations.save({ ...result, cycleId: name });
    const [selected] = await stores.portfolio.list({ account: company.runRequest.account, states: ['active'] });
    if (selected === undefined) throw new Error('the cycle selected nothing');
    await stores.portfolio.put({ ...selected, account: name, strategyHash: 'f'.repeat(64), cycleId: id, updatedAt: 0 });
    return name;
  }

  /** The decisions of a cycle as JSON, without approval ids, which depend on the account. */
  async function decidedIn(name: string): Promise<string> {
    const { strategies: _s, trialsOfAllCycles: _t, ...outcome } = await outcomeOf(company.context, name, name);
    const withoutApprovals = (key: string, value: unknown): unknown => (key === 'approvalId' ? undefined : value);
    return JSON.stringify(outcome, withoutApprovals, 1).replaceAll(name, 'NAME');
  }

  const AT_ONCE = 4;

  it(
    every === 1
      ? 'decides the same whichever write is the last of its process'
      : `decides the same when the process is killed after any ${every}th write`,
    { timeout: 300_000 },
    async ({ annotate }) => {
      const { context } = company;
      const writes = await decide(context, await reopened('undisturbed'));
      const expected = await decidedIn('undisturbed');
      expect(expected).toContain('"state": "filled"');
      expect(expected).toContain('correlates more than 0.999 with ffffffff');
      expect(expected).toMatch(/retired: cycle NAME found better for its place among 2 active strategies/);

      await annotate(`${writes} writes`);
      const lastWrites = Array.from({ length: Math.ceil(writes / every) }, (_, i) => 1 + i * every).values();
      const wrong: number[] = [];
      const worker = async (): Promise<void> => {
        for (const lastWrite of lastWrites) {
          const name = `dies-after-${lastWrite}`;
          await decide(context, await reopened(name), lastWrite);
          if ((await decidedIn(name)) !== expected) wrong.push(lastWrite);
        }
      };
      await Promise.all(Array.from({ length: AT_ONCE }, worker));
      expect(wrong).toEqual([]);
    },
  );
}
