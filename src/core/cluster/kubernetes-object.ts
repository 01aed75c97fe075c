import * as z from 'zod/mini';
import type { Schema } from '../schema/parse.ts';

/** An object as the Kubernetes API returns it: what identifies it, and all other fields as they are. */
export interface KubernetesObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: ObjectMetadata;
  readonly [field: string]: unknown;
}

export interface ObjectMetadata {
  readonly name: string;
  /** undefined for objects of the whole cluster */
  readonly namespace?: string | undefined;
  readonly labels?: Readonly<Record<string, string>> | undefined;
  readonly annotations?: Readonly<Record<string, string>> | undefined;
  readonly [field: string]: unknown;
}

export const kubernetesObject: Schema<KubernetesObject> = z.looseObject({
  apiVersion: z.string(),
  kind: z.string(),
  metadata: z.looseObject({
    name: z.string(),
    namespace: z.optional(z.string()),
    labels: z.optional(z.record(z.string(), z.string())),
    annotations: z.optional(z.record(z.string(), z.string())),
  }),
});

/** Returns the name of an object as kubectl reads it, such as `deployment/vllm`. */
export function objectName({ kind, metadata }: Pick<KubernetesObject, 'kind' | 'metadata'>): string {
  return `${kind.toLowerCase()}/${metadata.name}`;
}

/** Returns whether two objects are the same one: of one group, kind, namespace and name. */
export function isSameObject(left: KubernetesObject, right: KubernetesObject): boolean {
  return (
    left.kind === right.kind &&
    groupOf(left) === groupOf(right) &&
    left.metadata.name === right.metadata.name &&
    left.metadata.namespace === right.metadata.namespace
  );
}

/** The group of `apps/v1` is `apps`, that of `v1` is empty. */
function groupOf({ apiVersion }: KubernetesObject): string {
  return apiVersion.includes('/') ? (apiVersion.split('/')[0] ?? '') : '';
}
