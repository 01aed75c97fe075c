import * as z from 'zod/mini';
import type { ProfileService } from '../domain/profile.ts';
import { matching, text, wholeNumber } from '../schema/rules.ts';
import { parseBytes } from '../units.ts';
import { mapping, measure, optional, texts } from '../yaml/yaml-rules.ts';

const limit = measure(atLeast6MiB, 'a size from 6MiB up, such as 2GiB');
const GPUS = 'a count (0 for the CPU, at most 64), all, or a list of indices and UUIDs';
// a value of the right type and out of range has the message of its own check
const gpus = z.union(
  [
    z.literal('all'),
    z.int().check(z.minimum(0, GPUS), z.maximum(64, GPUS)),
    z.array(z.union([z.string(), z.int()])).check(z.minLength(1, GPUS)),
  ],
  GPUS,
);

const SHARE = 'a fraction from 0.05 to 0.95 with at most two decimals, such as 0.7';
const variable = matching(/^_?[A-Za-z]\w*$/, 'a name of letters, digits and _');

/** The keys that profiles and the section `services` of rma.yaml have in common. */
export const SERVICE_KEYS = {
  flags: optional(texts),
  memory: optional(limit),
  memory_reservation: optional(limit),
  gpus: optional(gpus),
  exclusive: optional(z.boolean()),
  context: optional(wholeNumber(1, 10_000_000)),
  concurrency: optional(wholeNumber(1, 4096)),
  replicas: optional(wholeNumber(1, 64)),
  max_loaded: optional(wholeNumber(1, 64)),
  utilization: optional(z.number(SHARE).check(z.refine(isShare, SHARE))),
  environment: optional(
    z.record(variable, z.string('a string (quote numbers)'), 'a mapping of names to strings'),
  ),
};

/** A service of a profile, key by key. docs/profiles.md explains them. */
export const serviceSchema = mapping({ engine: text(), models: texts, ...SERVICE_KEYS });

/** A service as its file describes it. */
export type ServiceFile = z.output<typeof serviceSchema>;

/** GPUs of a service whose file has no `gpus`. */
export const DEFAULT_GPUS = 1;

/** Returns the request with the names of GPUs as texts. */
export function gpuRequest(gpus: NonNullable<ServiceFile['gpus']>): ProfileService['gpus'] {
  return typeof gpus === 'object' ? gpus.map(String) : gpus;
}

/** Two decimals are what `--gpu-memory-utilization` of vLLM gets. */
function isShare(fraction: number): boolean {
  return fraction >= 0.05 && fraction <= 0.95 && Number(fraction.toFixed(2)) === fraction;
}

/** Docker refuses containers with less memory. */
function atLeast6MiB(size: string): number | null {
  const bytes = parseBytes(size);
  return bytes !== null && bytes >= 6 * 2 ** 20 ? bytes : null;
}
