import * as z from 'zod/mini';
import { valueOrNull } from '../schema/parse.ts';
import type { KubernetesObject } from './kubernetes-object.ts';

/** Returns the names of the Secrets without which pods of these objects cannot start, sorted. */
export function requiredSecrets(objects: readonly KubernetesObject[]): readonly string[] {
  const names = objects.flatMap((object) => {
    const workload = valueOrNull(workloadSchema, object);
    if (workload === null) return [];
    const { volumes = [], imagePullSecrets = [] } = workload.spec.template.spec;
    const mounted = volumes.flatMap(({ projected }) =>
      (projected?.sources ?? []).flatMap(({ secret }) =>
        secret === undefined || secret.optional === true ? [] : [secret.name],
      ),
    );
    return [...mounted, ...imagePullSecrets.map(({ name }) => name)];
  });
  return [...new Set(names)].toSorted();
}

const source = z.object({
  secret: z.optional(z.object({ name: z.string(), optional: z.optional(z.boolean()) })),
});
const workloadSchema = z.object({
  kind: z.enum(['Deployment', 'Job']),
  spec: z.object({
    template: z.object({
      spec: z.object({
        volumes: z.optional(
          z.array(z.object({ projected: z.optional(z.object({ sources: z.array(source) })) })),
        ),
        imagePullSecrets: z.optional(z.array(z.object({ name: z.string() }))),
      }),
    }),
  }),
});
