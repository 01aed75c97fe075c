import { type ExportCase, exportOf } from './export-of.ts';
import type { Plain } from './manifest-faults.ts';

/** vLLM on a GPU of 24 GB. */
export const VLLM: ExportCase = { profiles: ['vllm'], kubernetes: { gpuMemoryBytes: 24e9 } };
export const CPU: ExportCase = { profiles: ['cpu-worker'] };

/** Returns the objects of an export as plain data. */
export async function objectsOf(each: ExportCase): Promise<readonly Plain[]> {
  return (await exportOf(each)).manifests.map(({ object }) => object);
}

/** Returns the first object of a kind, and of this name. */
export async function objectOf(each: ExportCase, kind: string, name?: string): Promise<Plain> {
  return (await objectsOf(each)).find(
    (object) => object.kind === kind && (name === undefined || object.metadata.name === name),
  );
}

/** Returns the spec of the pods of a workload. */
export const podOf = (workload: Plain): Plain => workload.spec.template.spec;

/** Returns the case with further settings for Kubernetes. */
export const withSettings = (each: ExportCase, kubernetes: ExportCase['kubernetes']): ExportCase => ({
  ...each,
  kubernetes: { ...each.kubernetes, ...kubernetes },
});
