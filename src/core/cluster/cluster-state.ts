import * as z from 'zod/mini';
import { type Schema, valueOrNull } from '../schema/parse.ts';
import type { KubernetesObject } from './kubernetes-object.ts';

export interface Condition {
  readonly type: string;
  readonly status: string;
  readonly reason?: string | undefined;
  readonly message?: string | undefined;
}

interface Waiting {
  readonly reason?: string | undefined;
  readonly message?: string | undefined;
}

export interface ContainerState {
  readonly name: string;
  readonly image: string;
  readonly ready: boolean;
  readonly restartCount: number;
  readonly state?: { readonly waiting?: Waiting | undefined; readonly running?: unknown } | undefined;
}

export interface PodState {
  readonly name: string;
  /** what created it: a Job or a ReplicaSet; undefined without one */
  readonly owner: Owner | undefined;
  readonly phase: string;
  readonly conditions: readonly Condition[];
  /** containers that ran or tried to, those of initialization first */
  readonly containers: readonly ContainerState[];
}

/** What created an object. */
export interface Owner {
  readonly kind: string;
  readonly name: string;
}

export interface ReplicaSetState {
  readonly name: string;
  readonly owner: Owner | undefined;
  /** number of the template of its Deployment */
  readonly revision: string | undefined;
}

export interface DeploymentState {
  readonly name: string;
  /** number of its current template; undefined until the cluster has seen the last change */
  readonly revision: string | undefined;
  readonly desired: number;
  /** replicas of the current template that are available */
  readonly ready: number;
  /** references of the models that its pods mount */
  readonly models: readonly string[];
  /** every replica runs the current template and is available, and no older one is left */
  readonly isRolledOut: boolean;
  readonly conditions: readonly Condition[];
}

export interface JobState {
  readonly name: string;
  /** RFC 3339, UTC */
  readonly created: string;
  /** references of the models that it downloads */
  readonly models: readonly string[];
  readonly active: number;
  readonly failed: number;
  readonly conditions: readonly Condition[];
}

export interface ClaimState {
  readonly name: string;
  /** `Pending`, `Bound` or `Lost` */
  readonly phase: string;
  readonly storage: string | undefined;
  readonly storageClass: string | undefined;
}

export interface EventState {
  readonly kind: string;
  readonly name: string;
  readonly reason: string;
  readonly message: string;
}

/** The objects of one project in a cluster, as far as rma reads them. */
export interface ClusterState {
  readonly deployments: readonly DeploymentState[];
  readonly jobs: readonly JobState[];
  readonly replicaSets: readonly ReplicaSetState[];
  readonly pods: readonly PodState[];
  readonly claims: readonly ClaimState[];
  readonly events: readonly EventState[];
}

/** Returns the state that objects of the API describe; those of other kinds, and unreadable ones, are left out. */
export function clusterState(objects: readonly KubernetesObject[]): ClusterState {
  const of = <T, R>(kind: string, schema: Schema<T>, read: (value: T, name: string) => R): readonly R[] =>
    objects
      .filter((object) => object.kind === kind)
      .flatMap((object) => {
        const value = valueOrNull(schema, object);
        return value === null ? [] : [read(value, object.metadata.name)];
      });
  return {
    deployments: of('Deployment', deployment, readDeployment),
    jobs: of('Job', job, ({ metadata, spec, status }, name) => ({
      name,
      created: metadata.creationTimestamp ?? '',
      models: modelsOf(spec),
      active: status?.active ?? 0,
      failed: status?.failed ?? 0,
      conditions: status?.conditions ?? [],
    })),
    replicaSets: of('ReplicaSet', owned, ({ metadata }, name) => ({
      name,
      owner: metadata.ownerReferences?.[0],
      revision: metadata.annotations?.[REVISION],
    })),
    pods: of('Pod', pod, readPod),
    claims: of('PersistentVolumeClaim', claim, ({ spec, status }, name) => ({
      name,
      phase: status?.phase ?? 'Pending',
      storage: status?.capacity?.['storage'] ?? spec.resources?.requests?.['storage'],
      storageClass: spec.storageClassName,
    })),
    events: of('Event', event, ({ involvedObject, reason, message }) => ({
      ...involvedObject,
      reason: reason ?? '',
      message: message ?? '',
    })),
  };
}

function readDeployment(
  { metadata, spec, status }: z.infer<typeof deployment>,
  name: string,
): DeploymentState {
  const desired = spec.replicas ?? 1;
  const updated = status?.updatedReplicas ?? 0;
  const available = status?.availableReplicas ?? 0;
  const isSeen = (status?.observedGeneration ?? 0) >= (metadata.generation ?? 0);
  return {
    name,
    revision: isSeen ? metadata.annotations?.[REVISION] : undefined,
    desired,
    ready: Math.min(updated, available),
    models: modelsOf(spec),
    isRolledOut:
      isSeen && updated === desired && available === desired && (status?.replicas ?? 0) === desired,
    conditions: status?.conditions ?? [],
  };
}

/** Each template of rma names its models in an annotation. */
function modelsOf({ template }: z.infer<typeof templated>): readonly string[] {
  const text = template?.metadata?.annotations?.['rma.dev/models'] ?? '';
  return text.split(' ').filter((ref) => ref !== '');
}

function readPod({ metadata, status }: z.infer<typeof pod>, name: string): PodState {
  return {
    name,
    owner: metadata.ownerReferences?.[0],
    phase: status?.phase ?? 'Pending',
    conditions: status?.conditions ?? [],
    containers: [...(status?.initContainerStatuses ?? []), ...(status?.containerStatuses ?? [])],
  };
}

const condition = z.object({
  type: z.string(),
  status: z.string(),
  reason: z.optional(z.string()),
  message: z.optional(z.string()),
});
const conditions = z.optional(z.array(condition));

/** Annotation with the number of a template. */
const REVISION = 'deployment.kubernetes.io/revision';
const annotations = z.optional(z.record(z.string(), z.string()));
const ownerReferences = z.optional(z.array(z.object({ kind: z.string(), name: z.string() })));
const owned = z.object({ metadata: z.object({ annotations, ownerReferences }) });
const templated = z.object({
  template: z.optional(z.object({ metadata: z.optional(z.object({ annotations })) })),
});

const deployment = z.object({
  metadata: z.object({ generation: z.optional(z.number()), annotations }),
  spec: z.extend(templated, { replicas: z.optional(z.number()) }),
  status: z.optional(
    z.object({
      observedGeneration: z.optional(z.number()),
      replicas: z.optional(z.number()),
      updatedReplicas: z.optional(z.number()),
      availableReplicas: z.optional(z.number()),
      conditions,
    }),
  ),
});

const job = z.object({
  metadata: z.object({ creationTimestamp: z.optional(z.string()) }),
  spec: templated,
  status: z.optional(
    z.object({ active: z.optional(z.number()), failed: z.optional(z.number()), conditions }),
  ),
});

const containerStatus = z.object({
  name: z.string(),
  image: z.string(),
  ready: z.boolean(),
  restartCount: z.number(),
  state: z.optional(
    z.object({
      waiting: z.optional(z.object({ reason: z.optional(z.string()), message: z.optional(z.string()) })),
      running: z.optional(z.unknown()),
    }),
  ),
});
const pod = z.object({
  metadata: z.object({ ownerReferences }),
  status: z.optional(
    z.object({
      phase: z.optional(z.string()),
      conditions,
      initContainerStatuses: z.optional(z.array(containerStatus)),
      containerStatuses: z.optional(z.array(containerStatus)),
    }),
  ),
});

const amounts = z.optional(z.record(z.string(), z.string()));
const claim = z.object({
  spec: z.object({
    storageClassName: z.optional(z.string()),
    resources: z.optional(z.object({ requests: amounts })),
  }),
  status: z.optional(z.object({ phase: z.optional(z.string()), capacity: amounts })),
});

const event = z.object({
  involvedObject: z.object({ kind: z.string(), name: z.string() }),
  reason: z.optional(z.string()),
  message: z.optional(z.string()),
});
