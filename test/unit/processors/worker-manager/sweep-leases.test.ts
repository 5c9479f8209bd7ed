import { expect, it } from 'vitest';
import { createWorkerManager, type WorkerManagerDeps } from '../../../../processors/worker-manager/agent.ts';
import { jobWith, testDeps } from '../agent/agent-fixture.ts';

const SWEPT = { expired: 2, failed: 1, repaired: 0 };
const job = jobWith('sweep-leases', { meta: {}, payload: {} });

/** Only the dependencies of a sweep: any other use would throw. */
const manager = (fleet?: WorkerManagerDeps['fleet']) =>
  createWorkerManager({ ...testDeps(), ...(fleet && { fleet }) } as unknown as WorkerManagerDeps);

it("the worker manager on the coordinator's queues sweeps leases", async () => {
  const { process } = manager({ sweep: async () => SWEPT });
  expect(await process(job, 'token', undefined)).toEqual(SWEPT);
});

it('the worker manager of a company refuses the job, because it has no leases', async () => {
  await expect(manager().process(job, 'token', undefined)).rejects.toThrow(
    /^\[no-coordinator\] these queues have no leases/,
  );
});
