import type * as z from 'zod/mini';
import { type Conflict, conflicts, crossCheck } from '../schema/conflicts.ts';
import { matching, text } from '../schema/rules.ts';
import { parseBytes } from '../units.ts';
import { items, mapping, measure, optional } from '../yaml/yaml-rules.ts';
import { type KnownData, serviceConflicts } from './service-conflicts.ts';
import { serviceSchema } from './service-schema.ts';

const size = measure(parseBytes, 'a size such as 8GB');
const variantName = matching(/^[a-z0-9][a-z0-9-]{0,39}$/, 'a name of a-z, 0-9 and -');

const sizes = {
  min_gpu_memory: optional(size),
  recommended_gpu_memory: optional(size),
};

type Sizes = Partial<z.output<z.ZodMiniObject<typeof sizes>>>;

export type ProfileSchema = ReturnType<typeof profileSchema>;

/** A profile as its file describes it. */
export type ProfileFile = z.output<ProfileSchema>;

/**
 * Returns the schema of `profiles/<name>.yaml`. It also reports unknown engines and models, and services that their engine
 * cannot run. See docs/profiles.md for the keys.
 */
export function profileSchema(known: KnownData) {
  const service = serviceSchema.check(crossCheck((valid) => serviceConflicts(valid, known)));
  const variant = mapping({ name: variantName, services: items(service) });
  const variants = items(variant).check(conflicts(sameNames));
  return mapping({
    description: text(),
    ...sizes,
    services: optional(items(service)),
    variants: optional(variants),
  }).check(crossCheck((valid, given) => [...wrongSizes(valid), ...wrongParts(given)]));
}

function sameNames(variants: readonly { readonly name: string }[]): readonly Conflict[] {
  const names = variants.map(({ name }) => name);
  return names.flatMap((name, index) => {
    if (names.indexOf(name) === index) return [];
    return [{ path: [index, 'name'], message: `duplicate variant ${JSON.stringify(name)}` }];
  });
}

function wrongSizes(valid: Sizes): readonly Conflict[] {
  const { min_gpu_memory: least = null, recommended_gpu_memory: recommended = null } = valid;
  if (least === null || recommended === null || least <= recommended) return [];
  const message = '"recommended_gpu_memory" must not be less than "min_gpu_memory"';
  return [{ path: ['recommended_gpu_memory'], message }];
}

/** Either `services`, or `variants` that each have them. */
function wrongParts(given: ReadonlySet<string>): readonly Conflict[] {
  const parts = ['services', 'variants'].filter((key) => given.has(key)).length;
  if (parts === 1) return [];
  const message = parts === 0 ? '"services" is missing' : 'a profile has services or variants, not both';
  return [{ path: ['services'], message }];
}
