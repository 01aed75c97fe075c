import type { KubernetesSettings, Owner } from '../domain/config.ts';
import type { PinnedModel } from '../domain/pinned-model.ts';
import type { ServicePlacement } from '../domain/placement.ts';
import type { Fleet, ServiceSpec } from '../fleet/service-spec.ts';

/** A pod that mounts the claim for the user, who also deletes it. */
export type HelperPod = 'debugger' | 'uploader';

/** Everything that the manifests of a project depend on. */
export interface KubernetesInput {
  /** with the cluster as its host: services are reached by their own names */
  readonly fleet: Fleet;
  readonly settings: KubernetesSettings;
  /** user and group of all pods, and of the files in the store */
  readonly owner: Owner;
  /** by canonical reference */
  readonly pinned: ReadonlyMap<string, PinnedModel>;
  /** service → its GPUs on the nodes; absent services run on the CPU */
  readonly placement: ReadonlyMap<string, ServicePlacement>;
  /** service → smallest GPU that its profile uses, bytes; absent: any */
  readonly minGpuBytes: ReadonlyMap<string, number>;
  /** pods for the user, next to the services */
  readonly helpers: ReadonlySet<HelperPod>;
  /** whether a directory of the nodes may be mounted */
  readonly allowHostPath: boolean;
}

/** Names of the objects that exist once. */
export const NAME = {
  job: 'model-downloader',
  secret: 'rma-secrets',
} as const;

/** Returns the namespace: the configured one, else the name of the project, which may contain characters that it may not. */
export function namespaceOf(project: string, settings: Pick<KubernetesSettings, 'namespace'>): string {
  return settings.namespace ?? dnsLabel(project);
}

/** Returns the name of the claim for the models: the existing one, else that of the named volume of the store. */
export function claimName({ fleet, settings }: Pick<KubernetesInput, 'fleet' | 'settings'>): string {
  if (settings.existingClaim !== null) return settings.existingClaim;
  const source = fleet.volumes.find(({ role }) => role === 'store')?.source;
  return source?.type === 'named' ? dnsLabel(source.name) : 'rma-models';
}

/** Returns how many pods a service has. */
export function replicasOf({ settings }: Pick<KubernetesInput, 'settings'>, service: string): number {
  return settings.replicas[service] ?? 1;
}

export function servicesOf(
  { fleet }: Pick<KubernetesInput, 'fleet'>,
  role: ServiceSpec['role'],
): readonly ServiceSpec[] {
  return fleet.services.filter((spec) => spec.role === role);
}

/** Returns a pinned model. */
export function pinnedOf({ pinned }: Pick<KubernetesInput, 'pinned'>, ref: string): PinnedModel {
  const model = pinned.get(ref);
  if (model === undefined) throw new Error(`${ref} was not resolved`);
  return model;
}

/** Returns the references of all models, each once. */
export function allRefs(input: Pick<KubernetesInput, 'fleet'>): readonly string[] {
  return [...new Set(servicesOf(input, 'worker').flatMap(({ models }) => models))].sort();
}

function dnsLabel(name: string): string {
  return name
    .toLowerCase()
    .replaceAll(/[^a-z0-9-]/g, '-')
    .replaceAll(/^-+/g, '')
    .slice(0, 63)
    .replaceAll(/-+$/g, '');
}
