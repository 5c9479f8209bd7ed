import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse, parseAllDocuments } from 'yaml';
import { loadConfig } from '../../config/load.ts';
import { type Config } from '../../config/schema.ts';
import { isQueueName, QUEUE_NAMES } from '../../queues/names.ts';
import { checkCoordinator } from '../../src/runtime/coordinator.ts';
import { ROLES } from '../../src/runtime/company.ts';
import { filesIn, read, ROOT } from './project-files.ts';

interface Probe {
  readonly httpGet?: { readonly path: string; readonly port: string };
  readonly exec?: { readonly command: readonly string[] };
}

interface Container {
  readonly name: string;
  readonly image: string;
  readonly args: readonly string[];
  readonly envFrom: readonly { readonly configMapRef: { readonly name: string } }[];
  readonly env: readonly {
    readonly name: string;
    readonly value?: string;
    readonly valueFrom?: { readonly secretKeyRef: { readonly name: string; readonly key: string } };
  }[];
  readonly ports?: readonly { readonly name: string; readonly containerPort: number }[];
  readonly startupProbe?: Probe;
  readonly readinessProbe?: Probe;
  readonly livenessProbe?: Probe;
  readonly resources: {
    readonly requests: Readonly<Record<'cpu' | 'memory', string>>;
    readonly limits: Readonly<Record<string, string>>;
  };
  readonly securityContext: Readonly<Record<string, unknown>>;
  readonly volumeMounts: readonly { readonly name: string; readonly mountPath: string }[];
}

interface Selector {
  readonly matchLabels: Readonly<Record<string, string>>;
}

interface Manifest {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly labels?: Readonly<Record<string, string>> };
  readonly data?: Readonly<Record<string, string>>;
  readonly spec: {
    readonly replicas?: number;
    readonly strategy?: { readonly type: string };
    readonly selector: Selector & Readonly<Record<string, unknown>>;
    readonly ports?: readonly { readonly name: string; readonly port: number; readonly targetPort: string }[];
    readonly template: {
      readonly metadata: { readonly labels: Readonly<Record<string, string>> };
      readonly spec: {
        readonly terminationGracePeriodSeconds: number;
        readonly shareProcessNamespace: boolean;
        readonly automountServiceAccountToken: boolean;
        readonly securityContext: Readonly<Record<string, unknown>>;
        readonly containers: readonly Container[];
        readonly volumes: readonly { readonly name: string; readonly emptyDir?: object }[];
      };
    };
  } & Readonly<Record<string, unknown>>;
}

const FOLDER = 'deploy/kubernetes';
const files = filesIn([FOLDER], '.yaml').map((path) => path.slice(FOLDER.length + 1));
const manifests = files
  .filter((file) => file !== 'kustomization.yaml')
  .flatMap((file) =>
    parseAllDocuments(read(`${FOLDER}/${file}`)).map((document) => {
      if (document.errors.length > 0) throw document.errors[0]!;
      return document.toJS() as Manifest;
    }),
  );
const ofKind = (kind: string): readonly Manifest[] => manifests.filter((manifest) => manifest.kind === kind);
const named = (kind: string, name: string): Manifest => {
  const found = ofKind(kind).find(({ metadata }) => metadata.name === name);
  if (!found) throw new Error(`there is no ${kind} ${name}`);
  return found;
};
const deployments = ofKind('Deployment').map((manifest) => [manifest.metadata.name, manifest] as const);
const containerOf = ({ spec }: Manifest): Container => spec.template.spec.containers[0]!;
const settings = named('ConfigMap', 'corp-settings').data!;
const readme = read(`${FOLDER}/README.md`);

/** The secret that `kubectl create secret` in the README creates. */
const SECRET: Readonly<Record<string, string>> = {
  REDIS_URL: 'redis://:abc@redis:6379',
  MONGO_URL: 'mongodb://mongo:27017/',
  APPROVAL_SECRET: '0123456789abcdef0123456789abcdef',
  API_TOKEN: 'a-token-of-a-test',
  COORDINATOR_TOKEN: 'another-token-of-a-test',
};

function environmentOf(manifest: Manifest): Readonly<Record<string, string>> {
  const own = containerOf(manifest).env.map(({ name, value, valueFrom }) => {
    const found = value ?? SECRET[valueFrom!.secretKeyRef.key];
    if (found === undefined) throw new Error(`${name} comes from nowhere`);
    return [name, found] as const;
  });
  return { ...settings, ...Object.fromEntries(own) };
}
const configOf = (manifest: Manifest): Config =>
  loadConfig({ directory: join(ROOT, 'config'), environment: environmentOf(manifest) });

/** The health checks of the compose file. */
const HEALTH_CHECKS = Object.values(
  (
    parse(read('docker-compose.yml'), { merge: true }) as {
      services: Readonly<Record<string, { readonly healthcheck: { readonly test: readonly string[] } }>>;
    }
  ).services,
).map(({ healthcheck }) => healthcheck.test.at(-1)?.replaceAll('$$', '$'));

const flag = (manifest: Manifest, name: string): string | undefined => {
  const { args } = containerOf(manifest);
  return args.includes(name) ? args[args.indexOf(name) + 1] : undefined;
};
const MIB: Readonly<Record<string, number>> = { Mi: 1, Gi: 1024 };
function mib(text: string): number {
  const [, amount, unit] = /^(\d+)(Mi|Gi)$/.exec(text)!;
  return Number(amount) * MIB[unit!]!;
}

describe('the kustomization', () => {
  it('has every manifest', () => {
    const { resources, namespace } = parse(read(`${FOLDER}/kustomization.yaml`)) as {
      resources: readonly string[];
      namespace: string;
    };
    expect([...resources].sort()).toEqual(files.filter((file) => file !== 'kustomization.yaml').sort());
    expect(ofKind('Namespace').map(({ metadata }) => metadata.name)).toEqual([namespace]);
    expect(readme).toContain(`kubectl --namespace ${namespace} create secret generic corp`);
  });

  it('has these deployments, and the README describes each', () => {
    expect(deployments.map(([name]) => name).sort()).toEqual(['api', 'backtests', 'coordinator', 'desks', 'feed']);
    for (const [name] of deployments) expect(readme).toContain(`\n| \`${name}\` |`);
  });
});

describe.each(deployments)('%s', (name, manifest) => {
  const pod = manifest.spec.template;
  const container = containerOf(manifest);

  it('selects its own pods, each with one container of our image', () => {
    expect(manifest.apiVersion).toBe('apps/v1');
    expect(manifest.spec.selector.matchLabels).toEqual({ app: name });
    expect(pod.metadata.labels).toEqual({ app: name });
    expect(pod.spec.containers).toHaveLength(1);
    const { version } = JSON.parse(read('package.json')) as { version: string };
    expect(container.image).toBe(`bittrading-corp:${version}`);
    expect(read('docker-compose.yml')).toContain('\n  image: bittrading-corp\n');
    expect(readme).toContain(`/bittrading-corp:${version}`);
  });

  it('has an environment that config/ accepts, with secrets only from the Secret', () => {
    const { secrets } = configOf(manifest);
    expect(secrets).toMatchObject({ redisUrl: SECRET['REDIS_URL'], mongoUrl: SECRET['MONGO_URL'] });
    const literal = container.env.filter(({ value }) => value !== undefined).map(({ name: variable }) => variable);
    expect([...literal, ...Object.keys(settings)].filter((variable) => /TOKEN|SECRET|_URL$/.test(variable))).toEqual(
      [],
    );
    for (const { name: variable, valueFrom } of container.env) {
      if (!valueFrom) continue;
      expect(valueFrom.secretKeyRef).toEqual({ name: 'corp', key: variable });
      expect(readme).toContain(`--from-literal=${variable}=`);
    }
    expect(container.envFrom).toEqual([{ configMapRef: { name: 'corp-settings' } }]);
    // Each variable must be one that the program reads.
    const known = read('config/environment.ts');
    const { NODE_OPTIONS, ...own } = environmentOf(manifest);
    const unknown = Object.keys(own).filter(
      (variable) => !variable.startsWith('CORP_') && !known.includes(`${variable}: '`),
    );
    expect(unknown).toEqual([]);
    const flags = NODE_OPTIONS?.split(' ') ?? [];
    expect(flags.filter((flagged) => !process.allowedNodeEnvironmentFlags.has(flagged.split('=')[0]!))).toEqual([]);
  });

  it('runs an existing command with valid roles and queues', () => {
    const [command] = container.args;
    expect(['start', 'node', 'coordinator']).toContain(command);
    if (command === 'start') expect(ROLES).toContain(flag(manifest, '--roles'));
    if (command === 'node') expect(flag(manifest, '--queues')!.split(',').every(isQueueName)).toBe(true);
  });

  it('has probes that the code supports', () => {
    const port = container.ports?.[0];
    if (port === undefined) {
      // It has no server: it counts as started when its heartbeat is in the store.
      const [shell, option, script] = container.startupProbe!.exec!.command;
      expect([shell, option]).toEqual(['sh', '-c']);
      expect(HEALTH_CHECKS).toContain(script);
      expect([container.readinessProbe, container.livenessProbe]).toEqual([undefined, undefined]);
      return;
    }
    const { exchange, agents } = configOf(manifest);
    const listens = name === 'api' ? exchange.api : agents.coordinator;
    expect([listens.host, listens.port]).toEqual(['0.0.0.0', port.containerPort]);
    expect(container.readinessProbe?.httpGet).toEqual({ path: '/ready', port: port.name });
    expect(container.livenessProbe?.httpGet).toEqual({ path: '/health', port: port.name });
    const health = read('src/http/health.ts');
    for (const path of ['/ready', '/health']) expect(health).toContain(`app.get('${path}'`);
    const { spec, metadata } = named('Service', name);
    expect(spec.selector).toEqual({ app: name });
    expect(metadata.labels).toEqual({ app: name });
    expect(spec.ports).toEqual([{ name: port.name, port: port.containerPort, targetPort: port.name }]);
  });

  it('has enough time to stop', () => {
    const drain = Number(flag(manifest, '--drain') ?? 0);
    const ends =
      container.args[0] === 'node'
        ? drain + Number(/\(options\.drain \+ (\d+)\) \* 1000/.exec(read('src/cli/commands/node.ts'))?.[1])
        : 30;
    expect(ends).toBeGreaterThan(drain);
    expect(pod.spec.terminationGracePeriodSeconds).toBeGreaterThan(ends);
  });

  it('runs with minimal rights, and states its memory', () => {
    expect(pod.spec.securityContext).toMatchObject({ runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } });
    expect(pod.spec.shareProcessNamespace).toBe(true);
    expect(pod.spec.automountServiceAccountToken).toBe(false);
    expect(container.securityContext).toEqual({
      allowPrivilegeEscalation: false,
      readOnlyRootFilesystem: true,
      capabilities: { drop: ['ALL'] },
    });
    expect(container.volumeMounts.map(({ mountPath }) => mountPath)).toEqual(['/app/.data', '/tmp']);
    expect(pod.spec.volumes.map((volume) => volume.name)).toEqual(container.volumeMounts.map((mount) => mount.name));
    const { requests, limits } = container.resources;
    expect(mib(limits['memory']!)).toBeGreaterThan(mib(requests.memory));
    expect(Object.keys(limits)).toEqual(['memory']);
  });
});

describe('the fleet', () => {
  it('has exactly one feed, and serves every queue by exactly one deployment', () => {
    const feed = named('Deployment', 'feed');
    expect([feed.spec.replicas, feed.spec.strategy]).toEqual([1, { type: 'Recreate' }]);
    const served = deployments.flatMap(([, manifest]) => flag(manifest, '--queues')?.split(',') ?? []);
    expect([...served].sort()).toEqual([...QUEUE_NAMES].sort());
    for (const [, manifest] of deployments) {
      const judges = /risk-manager|trader/.test(flag(manifest, '--queues') ?? '');
      if (judges) expect(Object.keys(environmentOf(manifest))).toContain('APPROVAL_SECRET');
    }
  });

  it('runs as many threads as it requests cores', () => {
    const backtests = named('Deployment', 'backtests');
    expect(configOf(backtests).agents.threads.count).toBe(Number(containerOf(backtests).resources.requests.cpu));
  });

  it('keeps all but the feed available when a machine is drained', () => {
    const budgets = ofKind('PodDisruptionBudget');
    expect(budgets.map(({ metadata }) => metadata.name).sort()).toEqual(
      deployments
        .map(([name]) => name)
        .filter((name) => name !== 'feed')
        .sort(),
    );
    for (const { metadata, spec } of budgets) {
      expect(spec.selector).toEqual({ matchLabels: { app: metadata.name } });
      // A budget that requires all pods of a deployment would block every drain.
      const least = spec['minAvailable'] as number | undefined;
      if (least !== undefined) expect(named('Deployment', metadata.name).spec.replicas).toBeGreaterThan(least);
      else expect(spec['maxUnavailable']).toBe('25%');
    }
  });

  it('starts the coordinator only with a token', () => {
    const config = configOf(named('Deployment', 'coordinator'));
    expect(() => checkCoordinator(config)).not.toThrow();
    const { coordinatorToken: _, ...secrets } = config.secrets;
    expect(() => checkCoordinator({ ...config, secrets })).toThrow(/is reachable from other machines/);
  });
});

describe('autoscaling', () => {
  const scaled = named('ScaledObject', 'backtests').spec as unknown as {
    readonly scaleTargetRef: { readonly name: string };
    readonly minReplicaCount: number;
    readonly maxReplicaCount: number;
    readonly triggers: readonly { readonly type: string; readonly metadata: Readonly<Record<string, string>> }[];
  };

  it('uses the wanted nodes, with the same bounds and existing metrics', () => {
    const target = named('Deployment', scaled.scaleTargetRef.name);
    // The autoscaler sets the number of replicas. A number in the manifest would reset it at every apply.
    expect(target.spec.replicas).toBeUndefined();
    const { minNodes, maxNodes } = configOf(target).agents.scaling;
    expect([scaled.minReplicaCount, scaled.maxReplicaCount]).toEqual([minNodes, maxNodes]);
    const [{ type, metadata }] = scaled.triggers as [(typeof scaled.triggers)[number]];
    expect([type, metadata['threshold']]).toEqual(['prometheus', '1']);
    const query = metadata['query']!;
    const exposed = read('src/api/company-metrics.ts');
    const metrics = [...query.matchAll(/corp_\w+/g)].map(([metric]) => metric);
    expect(metrics).toEqual(['corp_wanted_nodes', 'corp_scaling_advice_age_seconds']);
    for (const metric of metrics) expect(exposed).toContain(`'${metric}'`);
    expect(/queue=~"([^"]+)"/.exec(query)?.[1]?.split('|').sort()).toEqual(flag(target, '--queues')!.split(',').sort());
  });

  it('reads the metrics with the token of the API', () => {
    const [monitor] = ofKind('ServiceMonitor');
    const api = named('Service', 'api');
    expect(monitor!.spec.selector.matchLabels).toEqual(api.metadata.labels);
    expect(monitor!.spec['endpoints']).toMatchObject([
      {
        port: api.spec.ports?.[0]?.name,
        path: '/metrics',
        authorization: { credentials: { name: 'corp', key: 'API_TOKEN' } },
      },
    ]);
  });
});
