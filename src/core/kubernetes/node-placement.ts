import type { ServicePlacement } from '../domain/placement.ts';
import type { ServiceSpec } from '../fleet/service-spec.ts';
import type { KubernetesInput } from './kubernetes-input.ts';
import type { ManifestMapping } from './manifest.ts';

const MIB = 2 ** 20;
/** The taint that keeps other pods away from nodes with GPUs. */
const GPU_TAINT: ManifestMapping = { key: 'nvidia.com/gpu', operator: 'Exists', effect: 'NoSchedule' };

export interface NodePlacement {
  readonly nodeAffinity: ManifestMapping;
  readonly tolerations: readonly ManifestMapping[];
}

/** Returns the nodes that can run each of these services, by the labels of NVIDIA's GPU feature discovery. */
export function nodePlacement(input: KubernetesInput, specs: readonly ServiceSpec[]): NodePlacement {
  const onGpus = specs.filter(({ gpus }) => gpus !== null);
  if (onGpus.length === 0) return { nodeAffinity: {}, tolerations: [] };
  const expressions = [...productExpressions(input), ...memoryExpressions(input, onGpus)];
  const nodeAffinity: ManifestMapping =
    expressions.length === 0
      ? {}
      : {
          requiredDuringSchedulingIgnoredDuringExecution: {
            nodeSelectorTerms: [{ matchExpressions: expressions }],
          },
        };
  return { nodeAffinity, tolerations: [GPU_TAINT] };
}

function productExpressions({ settings }: KubernetesInput): readonly ManifestMapping[] {
  const { gpuProduct } = settings;
  return gpuProduct === null ? [] : [{ key: 'nvidia.com/gpu.product', operator: 'In', values: [gpuProduct] }];
}

/** The label is in MiB. The name of a MIG resource already has the memory of the device. */
function memoryExpressions(
  input: KubernetesInput,
  specs: readonly ServiceSpec[],
): readonly ManifestMapping[] {
  if (input.settings.gpuResource !== 'nvidia.com/gpu') return [];
  const bytes = Math.max(...specs.map((spec) => gpuBytes(input, spec)));
  return [{ key: 'nvidia.com/gpu.memory', operator: 'Gt', values: [String(Math.ceil(bytes / MIB) - 1)] }];
}

/**
 * Returns the smallest GPU on which a service runs as it was placed, bytes: its share of it is what it needs. Never more than
 * the GPUs that it was placed on.
 */
export function gpuBytes({ placement, minGpuBytes }: KubernetesInput, { name, gpus }: ServiceSpec): number {
  const placed = placement.get(name);
  if (placed === undefined || gpus === null) return 0;
  const total = Math.min(...placed.devices.map(({ totalBytes }) => totalBytes));
  const needed = Math.ceil(neededBytes(placed) / Math.max(gpus.share, 0.01));
  return Math.min(total, Math.max(needed, minGpuBytes.get(name) ?? 0));
}

/** Returns what a service needs on each of its GPUs, bytes. */
export function neededBytes({ need, devices, bytesPerGpu }: ServicePlacement): number {
  if (need === null) return bytesPerGpu;
  return Math.ceil((need.weightsBytes + need.kvBytes) / devices.length) + need.overheadBytes;
}
