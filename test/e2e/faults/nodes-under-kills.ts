import { afterAll, beforeAll, expect, it, onTestFinished } from 'vitest';
import { createRng } from '../../../src/domain/random/rng.ts';
import { type Services } from '../../../src/runtime/services/start-services.ts';
import { drawMoments, runUnderKills } from '../../fixtures/faults/kill-switch.ts';
import { writeCandleFiles } from '../../fixtures/faults/candle-files.ts';
import { createCompany, type Company } from '../../fixtures/faults/company.ts';
import { STEPS, type Step } from '../../fixtures/faults/job-watch.ts';
import { violationsOf, outcomeOf, NO_VIOLATIONS, type Outcome } from '../../fixtures/faults/outcome.ts';
import { openFaultTestEnvironment } from '../../fixtures/faults/test-environment.ts';
import { undisturbed } from '../../fixtures/faults/undisturbed.ts';

/** Each round aims at every third step, so that together they cover all steps; every round aims at the money steps. */
export const ROUNDS = ['kills-a', 'kills-b', 'kills-c'] as const;

export interface NodeTests {
  readonly openForTest: (namespace: string) => Promise<Company>;
  /** Checks that the cycle has the outcome of an undisturbed cycle. */
  readonly expectUndisturbed: (company: Company) => Promise<void>;
}

/** Kills the nodes of one company per round. The result is for further tests of nodes. */
export function describeNodesUnderKills(rounds: readonly (typeof ROUNDS)[number][]): NodeTests {
  const testEnvironment = openFaultTestEnvironment();
  const candleFiles = writeCandleFiles(testEnvironment.directory);
  let services: Services;
  /** Outcome of an undisturbed cycle. */
  let expected: Outcome;

  const newCompany = async (namespace: string): Promise<Company> =>
    createCompany(testEnvironment, services, namespace, candleFiles);

  async function openForTest(namespace: string): Promise<Company> {
    const company = await newCompany(namespace);
    onTestFinished(() => company.close());
    return company;
  }

  async function expectUndisturbed({ context, runRequest }: Company): Promise<void> {
    expect(await violationsOf(context)).toEqual(NO_VIOLATIONS);
    expect(await outcomeOf(context, runRequest.id, runRequest.account)).toEqual(expected);
  }

  beforeAll(async () => {
    services = await testEnvironment.services('services');
    expected = await undisturbed(await newCompany('reference'));
  });

  afterAll(async () => {
    expect(await testEnvironment.clear()).toEqual([]);
  });

  it('uses a cycle that trades, and whose verdicts depend on each other', () => {
    expect(expected.state).toBe('completed');
    expect(expected.orders.filter(({ purpose }) => purpose === 'entry').length).toBeGreaterThan(1);
    expect(expected.fills.length).toBeGreaterThan(1);
    expect(new Set(expected.verdicts.map(({ decision }) => decision))).toEqual(new Set(['reduce', 'veto']));
  });

  it(
    `has the same outcome however often its node is killed: ${rounds.join(', ')}`,
    { timeout: 300_000 },
    async ({ annotate }) => {
      const rng = createRng('kills');
      const ordinary: readonly Step[] = STEPS.filter((step) => step !== 'execute' && step !== 'settle');
      const running = rounds.map(async (namespace) => {
        const steps = ordinary.filter((_, position) => position % ROUNDS.length === ROUNDS.indexOf(namespace));
        const aims: readonly Step[] = [...steps, rng.pick(steps), 'review', 'execute', 'settle'];
        const inOrder = [...aims].sort((a, b) => STEPS.indexOf(a) - STEPS.indexOf(b));
        const moments = drawMoments(rng.fork(namespace), inOrder);
        const company = await openForTest(namespace);
        const hits = await runUnderKills(company, moments);
        await expectUndisturbed(company);
        return hits;
      });
      const hits = (await Promise.all(running)).flat();
      const steps = hits.flat();
      await annotate(`${hits.length} kills hit: ${hits.map((hit) => hit.join('+') || '-').join(' ')}`);
      expect(hits.length).toBeGreaterThanOrEqual(6 * rounds.length);
      expect(new Set(steps).size).toBeGreaterThanOrEqual(rounds.length === 1 ? 2 : 4);
    },
  );

  return { openForTest, expectUndisturbed };
}
