import type { ServiceSpec } from '../fleet/service-spec.ts';
import { type KubernetesInput, namespaceOf, replicasOf, servicesOf } from './kubernetes-input.ts';
import type { Manifest, ManifestMapping } from './manifest.ts';
import {
  type Component,
  componentSelector,
  metadata,
  projectLabels,
  selectorOf,
  serviceLabels,
} from './metadata.ts';

const DNS: ManifestMapping = {
  ports: [
    { protocol: 'UDP', port: 53 },
    { protocol: 'TCP', port: 53 },
  ],
};

/** Returns the Service of a spec; null if it has no port. */
export function clusterService(input: KubernetesInput, { name, role, ports }: ServiceSpec): Manifest | null {
  if (ports.length === 0) return null;
  const { project } = input.fleet;
  return {
    object: {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: metadata(input, name, { labels: serviceLabels(project, name, role) }),
      spec: {
        type: 'ClusterIP',
        selector: selectorOf(project, name),
        ports: ports.map(({ container }) => ({ name: 'http', port: container, targetPort: 'http' })),
      },
    },
    comment: ports.map(({ container }) => forwardCommand(input, name, container)).join('\n'),
    comments: {},
  };
}

/** Returns how to reach a Service from a machine outside the cluster. */
function forwardCommand({ fleet, settings }: KubernetesInput, name: string, port: number): string {
  const namespace = namespaceOf(fleet.project, settings);
  return `On your machine at http://localhost:${port}: kubectl port-forward --namespace ${namespace} service/${name} ${port}:${port}`;
}

/** Returns the limit on evictions of a service with several pods; null for one pod, which a limit would tie to its node. */
export function disruptionBudget(input: KubernetesInput, { name, role }: ServiceSpec): Manifest | null {
  if (replicasOf(input, name) < 2) return null;
  const { project } = input.fleet;
  return {
    object: {
      apiVersion: 'policy/v1',
      kind: 'PodDisruptionBudget',
      metadata: metadata(input, name, { labels: serviceLabels(project, name, role) }),
      spec: { maxUnavailable: 1, selector: { matchLabels: selectorOf(project, name) } },
    },
    comment: null,
    comments: {},
  };
}

/** Returns the policies: nothing is reachable but what the parts of the project need of each other. */
export function networkPolicies(
  input: KubernetesInput,
  { hasJob }: { readonly hasJob: boolean },
): readonly Manifest[] {
  const { project } = input.fleet;
  const coordinators = servicesOf(input, 'coordinator');
  return [
    policy(input, 'default-deny', {
      spec: { podSelector: { matchLabels: partOf(project) }, policyTypes: ['Ingress', 'Egress'] },
      comment: 'Pods of the project accept and open no connections, except for those below.',
    }),
    ...enginePolicy(input),
    ...programPolicies(input),
    ...(coordinators.length === 0 ? [] : [coordinatorPolicy(input, coordinators)]),
    workerPolicy(input, coordinators),
    ...(hasJob ? [downloadPolicy(input)] : []),
  ];
}

/** A rule without ports would allow all of them. */
function enginePolicy(input: KubernetesInput): readonly Manifest[] {
  const servers = servicesOf(input, 'engine').filter(isServer);
  const isDownloading = input.settings.strategy === 'init';
  if (servers.length === 0 && !isDownloading) return [];
  const requests =
    servers.length === 0
      ? []
      : ['Requests from pods of this namespace. For others, add a namespaceSelector.'];
  const connections = isDownloading
    ? 'Their init containers download from the hubs: any address.'
    : 'Engines need no connections of their own.';
  const spec = allow(componentSelector(input.fleet.project, 'engine'), {
    ...(servers.length === 0 ? {} : { ingress: fromNamespace(servers) }),
    ...(isDownloading ? { egress: [{}] } : {}),
  });
  return [policy(input, 'engines', { spec, comment: [...requests, connections].join(' ') })];
}

/**
 * A program without a port gets its work by connections of its own, such as those to a queue. The prefix keeps its policy apart
 * from the other ones: a service may be named `default-deny`.
 */
function programPolicies(input: KubernetesInput): readonly Manifest[] {
  const programs = servicesOf(input, 'engine').filter((spec) => !isServer(spec));
  return programs.map(({ name }) =>
    policy(input, `program-${name}`, {
      spec: allow(selectorOf(input.fleet.project, name), { egress: [{}] }),
      comment:
        'It has no port and opens connections itself: any address. Restrict it to those that it needs.',
    }),
  );
}

function isServer({ ports }: ServiceSpec): boolean {
  return ports.length > 0;
}

function coordinatorPolicy(input: KubernetesInput, coordinators: readonly ServiceSpec[]): Manifest {
  const selector = componentSelector(input.fleet.project, 'coordinator');
  return policy(input, 'coordinator', {
    spec: allow(selector, { ingress: fromNamespace(coordinators) }),
    comment: 'Workers register, and clients list them.',
  });
}

function workerPolicy(input: KubernetesInput, coordinators: readonly ServiceSpec[]): Manifest {
  const { project } = input.fleet;
  const engines = servicesOf(input, 'engine').filter(isServer);
  const to = (component: Component, services: readonly ServiceSpec[]): ManifestMapping => ({
    to: [{ podSelector: { matchLabels: componentSelector(project, component) } }],
    ports: portsOf(services),
  });
  const coordinator: ManifestMapping =
    coordinators.length === 0 ? { ports: [{ port: externalPort(input) }] } : to('coordinator', coordinators);
  return policy(input, 'workers', {
    spec: allow(componentSelector(project, 'worker'), {
      egress: [DNS, ...(engines.length === 0 ? [] : [to('engine', engines)]), coordinator],
    }),
    comment: 'Workers probe their engines, and register.',
  });
}

function downloadPolicy(input: KubernetesInput): Manifest {
  return policy(input, 'model-downloader', {
    spec: allow(componentSelector(input.fleet.project, 'model-downloader'), { egress: [{}] }),
    comment: 'The Job downloads from the hubs: any address.',
  });
}

function fromNamespace(services: readonly ServiceSpec[]): readonly ManifestMapping[] {
  return [{ from: [{ podSelector: {} }], ports: portsOf(services) }];
}

function policy(
  input: KubernetesInput,
  name: string,
  { spec, comment }: { readonly spec: ManifestMapping; readonly comment: string },
): Manifest {
  return {
    object: {
      apiVersion: 'networking.k8s.io/v1',
      kind: 'NetworkPolicy',
      metadata: metadata(input, name),
      spec,
    },
    comment,
    comments: {},
  };
}

function allow(matchLabels: ManifestMapping, rules: ManifestMapping): ManifestMapping {
  const policyTypes = Object.keys(rules).map((key) => (key === 'ingress' ? 'Ingress' : 'Egress'));
  return { podSelector: { matchLabels }, policyTypes, ...rules };
}

function partOf(project: string): ManifestMapping {
  const { 'app.kubernetes.io/part-of': name = project } = projectLabels(project);
  return { 'app.kubernetes.io/part-of': name };
}

function portsOf(services: readonly ServiceSpec[]): readonly ManifestMapping[] {
  const ports = services.flatMap((spec) => spec.ports.map(({ container }) => container));
  return [...new Set(ports)].sort((a, b) => a - b).map((port) => ({ port }));
}

/** Returns the port of the external coordinator. */
function externalPort(input: KubernetesInput): number {
  const address = servicesOf(input, 'worker')[0]?.environment['COORDINATOR_URL'] ?? '';
  const { port, protocol } = new URL(address);
  return port === '' ? (protocol === 'https:' ? 443 : 80) : Number(port);
}
