import * as z from 'zod/mini';
import { EXIT, RmaError } from '../errors.ts';
import { type Schema, valueOrNull } from '../schema/parse.ts';
import { type KubernetesObject, objectName } from './kubernetes-object.ts';

/** An amount of one device resource, such as `nvidia.com/gpu`, that one pod needs on its node. */
interface DeviceNeed {
  readonly object: string;
  readonly resource: string;
  readonly count: number;
}

type Amounts = Readonly<Record<string, string>>;

/**
 * Checks that for each pod of these objects a node exists that has its GPUs at all, free or not.
 * @throws RmaError RMA_KUBERNETES_NO_NODE (5), which lists what the nodes have
 */
export function checkDevices(objects: readonly KubernetesObject[], nodes: readonly KubernetesObject[]): void {
  const has = nodes.map(allocatable);
  for (const { object, resource, count } of objects.flatMap(deviceNeeds)) {
    if (has.some((amounts) => Number(amounts[resource] ?? 0) >= count)) continue;
    throw new RmaError('RMA_KUBERNETES_NO_NODE', `no node has ${count} ${resource}, which ${object} needs`, {
      exitCode: EXIT.doesNotFit,
      hint: `the nodes have ${described(has)}; set kubernetes.gpu_resource and kubernetes.gpu_memory to what a node has; if the cluster adds such a node for a waiting pod, export to a directory and use kubectl apply -k DIR`,
    });
  }
}

function deviceNeeds(object: KubernetesObject): readonly DeviceNeed[] {
  const workload = valueOrNull(workloadSchema, object);
  if (workload === null) return [];
  const sums = new Map<string, number>();
  for (const { resources } of workload.spec.template.spec.containers) {
    for (const [resource, count] of Object.entries(resources?.limits ?? {})) {
      if (isDevice(resource)) sums.set(resource, (sums.get(resource) ?? 0) + Number(count));
    }
  }
  return [...sums].map(([resource, count]) => ({ object: objectName(object), resource, count }));
}

/** Resources of device plugins have a domain, those of Kubernetes itself (`cpu`, `hugepages-2Mi`) have none. */
function isDevice(resource: string): boolean {
  return resource.includes('/') && !resource.startsWith('kubernetes.io/');
}

function allocatable(node: KubernetesObject): Amounts {
  return valueOrNull(nodeSchema, node)?.status?.allocatable ?? {};
}

/** Describes the devices of nodes: `nvidia.com/gpu (up to 8 on each of 2 nodes)`. */
function described(nodes: readonly Amounts[]): string {
  const names = new Set(nodes.flatMap((amounts) => Object.keys(amounts).filter(isDevice)));
  const parts = [...names].toSorted().flatMap((resource) => {
    const counts = nodes.map((amounts) => Number(amounts[resource] ?? 0)).filter((count) => count > 0);
    if (counts.length === 0) return [];
    const most = Math.max(...counts);
    return [
      counts.length === 1
        ? `${resource} (${most} on one node)`
        : `${resource} (up to ${most} on each of ${counts.length} nodes)`,
    ];
  });
  return parts.length === 0
    ? `no GPUs (${nodes.length} ${nodes.length === 1 ? 'node' : 'nodes'}; is the NVIDIA device plugin installed?)`
    : parts.join(', ');
}

const limits = z.optional(z.record(z.string(), z.union([z.string(), z.number()])));
const workloadSchema = z.object({
  kind: z.enum(['Deployment', 'Job']),
  spec: z.object({
    template: z.object({
      spec: z.object({
        containers: z.array(z.object({ resources: z.optional(z.object({ limits })) })),
      }),
    }),
  }),
});

const nodeSchema: Schema<{ readonly status?: { readonly allocatable?: Amounts | undefined } | undefined }> =
  z.object({
    status: z.optional(z.object({ allocatable: z.optional(z.record(z.string(), z.string())) })),
  });
