import type { KubernetesObject } from '../../../src/core/cluster/kubernetes-object.ts';

const LABELS = { 'app.kubernetes.io/managed-by': 'rma', 'app.kubernetes.io/part-of': 'demo' };

export function deployment(name: string, status: object = {}, spec: object = {}): KubernetesObject {
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: {
      ...{ name, namespace: 'demo', labels: LABELS, generation: 2 },
      annotations: { 'deployment.kubernetes.io/revision': '3', 'rma.dev/models': 'hf:org/name' },
    },
    spec: { replicas: 1, template: podTemplate(), ...spec },
    status: { observedGeneration: 2, ...status },
  };
}

/** Status of a Deployment with one replica that is ready. */
export const READY = { replicas: 1, updatedReplicas: 1, availableReplicas: 1 };

export function job(name: string, conditions: readonly object[] = []): KubernetesObject {
  return {
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: { name, namespace: 'demo', labels: LABELS },
    spec: { template: podTemplate() },
    status: { failed: 2, conditions },
  };
}

export const COMPLETE = { type: 'Complete', status: 'True' };

export function replicaSet(name: string, of: string, revision: string): KubernetesObject {
  return {
    apiVersion: 'apps/v1',
    kind: 'ReplicaSet',
    metadata: {
      ...{ name, namespace: 'demo', labels: LABELS },
      annotations: { 'deployment.kubernetes.io/revision': revision },
      ownerReferences: [{ kind: 'Deployment', name: of }],
    },
  };
}

/** A pod of a Job or ReplicaSet with one container. */
export function pod(
  name: string,
  owner: { kind: string; name: string },
  status: object = {},
): KubernetesObject {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, namespace: 'demo', labels: LABELS, ownerReferences: [owner] },
    status: { phase: 'Pending', ...status },
  };
}

/** Status of a pod whose container waits. */
export function waiting(reason: string, message?: string): object {
  const container = { name: 'engine', image: 'engine:1', ready: false, restartCount: 4 };
  return { containerStatuses: [{ ...container, state: { waiting: { reason, message } } }] };
}

export function claim(name: string, phase: string): KubernetesObject {
  return {
    apiVersion: 'v1',
    kind: 'PersistentVolumeClaim',
    metadata: { name, namespace: 'demo', labels: LABELS },
    spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '10Gi' } } },
    status: { phase },
  };
}

export function event(
  kind: string,
  name: string,
  [reason, message]: readonly [string, string],
): KubernetesObject {
  const metadata = { name: `${name}.${reason}`, namespace: 'demo' };
  return { apiVersion: 'v1', kind: 'Event', metadata, involvedObject: { kind, name }, reason, message };
}

export function node(name: string, allocatable: Readonly<Record<string, string>>): KubernetesObject {
  return { apiVersion: 'v1', kind: 'Node', metadata: { name }, status: { allocatable } };
}

function podTemplate(): object {
  return { spec: { containers: [{ name: 'engine', image: 'engine:1' }] } };
}
