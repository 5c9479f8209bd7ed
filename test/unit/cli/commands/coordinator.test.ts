import { expect, it } from 'vitest';
import { corp } from '../recorded-io.ts';

it.each([
  [
    'it would be reachable from other machines',
    { CORP_AGENTS__COORDINATOR__HOST: '0.0.0.0' },
    /coordinator\.host 0\.0\.0\.0/,
  ],
  [
    'workers need a token and none is set',
    { CORP_AGENTS__COORDINATOR__WORKERS_NEED_TOKEN: 'true' },
    /workersNeedToken/,
  ],
  ['its token is too short', { COORDINATOR_TOKEN: 'short' }, /COORDINATOR_TOKEN.*16 characters/],
  ['leases last no time', { CORP_AGENTS__COORDINATOR__LEASE_MINUTES: '0' }, /coordinator\.leaseMinutes/],
  ['more results are asked for than gathered', { CORP_AGENTS__COORDINATOR__REPLICAS: '9' }, /coordinator\.maxReplicas/],
])('the coordinator refuses to start in one line, before anything is opened, when %s', async (_, settings, problem) => {
  for (const args of [['coordinator'], ['start', '--roles', 'coordinator'], ['start', '--roles', 'api,coordinator']]) {
    const { exitCode, stdout, stderr } = await corp(args, settings);
    expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: '' });
    expect(stderr).toMatch(problem);
    expect(stderr.trimEnd().split('\n')).toHaveLength(1);
  }
});

it.each([
  [['coordinator', '--port', 'x'], /port from 0 to 65535/],
  [['coordinator', '--distinct', 'cores'], /Allowed choices are workers, hosts/],
  [['start', '--roles', 'coordinators'], /no role 'coordinators'/],
])('corp %j is bad usage', async (args, problem) => {
  const { exitCode, stderr } = await corp(args);
  expect(exitCode).toBe(2);
  expect(stderr).toMatch(problem);
});
