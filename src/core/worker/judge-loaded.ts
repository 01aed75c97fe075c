import * as z from 'zod/mini';
import { jsonOrNull } from '../schema/parse.ts';
import { listOfValid } from '../schema/rules.ts';
import { formatBytes } from '../units.ts';

const loadedModels = z.object({
  models: listOfValid(z.object({ name: z.string(), size: z.number(), size_vram: z._default(z.number(), 0) })),
});

/** Where an engine holds a model, against where it was planned. */
export type LoadedVerdict =
  | { readonly kind: 'as-planned' }
  /** the engine does not list it: another model took its place, or the answer was no list */
  | { readonly kind: 'not-loaded' }
  | { readonly kind: 'misplaced'; readonly why: string };

/**
 * Judges the answer of `GET /api/ps` of Ollama: `{"models": [{name, size, size_vram}]}`, bytes. A model that lies on GPUs
 * as a whole has `size_vram` equal to `size`; on the CPU it is 0.
 */
export function judgeLoaded(body: string, name: string, on: 'gpu' | 'cpu'): LoadedVerdict {
  const models = jsonOrNull(loadedModels, body)?.models ?? [];
  const entry = models.find((each) => fullName(each.name) === fullName(name));
  if (entry === undefined) return { kind: 'not-loaded' };
  const { size, size_vram: inVram } = entry;
  if (on === 'cpu') {
    if (inVram === 0) return { kind: 'as-planned' };
    return misplaced(`${name}: ${formatBytes(inVram)} are on a GPU, planned on the CPU`);
  }
  if (inVram >= size) return { kind: 'as-planned' };
  if (inVram === 0) {
    return misplaced(
      `${name} is on the CPU, planned on the GPU: the engine sees no GPU, or too little free memory on it`,
    );
  }
  return misplaced(
    `${name}: ${partOf(size - inVram, size)} are on the CPU: the GPU has too little free memory`,
  );
}

function misplaced(why: string): LoadedVerdict {
  return { kind: 'misplaced', why };
}

/** A name without a tag means `latest`. */
function fullName(name: string): string {
  return /:[^/]*$/.test(name) ? name : `${name}:latest`;
}

/** `2.1 of 5.5 GiB`, both in one unit where they share it. */
function partOf(part: number, whole: number): string {
  const [amount, unit] = formatBytes(part).split(' ');
  const all = formatBytes(whole);
  return all.endsWith(` ${unit}`) ? `${amount} of ${all}` : `${amount} ${unit} of ${all}`;
}
