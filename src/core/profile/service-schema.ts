import * as z from 'zod/mini';
import { text, wholeNumber } from '../schema/rules.ts';
import { parseBytes } from '../units.ts';
import { mapping, measure, optional, texts } from '../yaml/yaml-rules.ts';

const limit = measure(atLeast6MiB, 'a size from 6MiB up, such as 2GiB');
const gpus = z.union(
  [
    z.literal('all'),
    z.int().check(z.minimum(0), z.maximum(64)),
    z.array(z.union([z.string(), z.int()])).check(z.minLength(1)),
  ],
  'a count (0 for the CPU), all, or a list of indices and UUIDs',
);

/** A service of a profile, key by key. docs/profiles.md explains them. */
export const serviceSchema = mapping({
  engine: text(),
  models: texts,
  flags: optional(texts),
  memory: optional(limit),
  memory_reservation: optional(limit),
  gpus: optional(gpus),
  exclusive: optional(z.boolean()),
  context: optional(wholeNumber(1, 10_000_000)),
  concurrency: optional(wholeNumber(1, 4096)),
  replicas: optional(wholeNumber(1, 64)),
  max_loaded: optional(wholeNumber(1, 64)),
});

/** A service as its file describes it. */
export type ServiceFile = z.output<typeof serviceSchema>;

/** GPUs of a service whose file has no `gpus`. */
export const DEFAULT_GPUS = 1;

/** Docker refuses containers with less memory. */
function atLeast6MiB(size: string): number | null {
  const bytes = parseBytes(size);
  return bytes !== null && bytes >= 6 * 2 ** 20 ? bytes : null;
}
