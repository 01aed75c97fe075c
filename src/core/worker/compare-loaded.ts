import * as z from 'zod/mini';
import { jsonOrNull } from '../schema/parse.ts';
import { listOfValid } from '../schema/rules.ts';
import { formatBytes } from '../units.ts';

const loadedModels = z.object({
  models: listOfValid(z.object({ name: z.string(), size: z.number(), size_vram: z._default(z.number(), 0) })),
});

/** Where a model is loaded, compared with where it was planned. */
export type LoadedVerdict =
  | { readonly kind: 'as-planned' }
  /** the engine does not list it: another model replaced it, or the response was not a list */
  | { readonly kind: 'not-loaded' }
  | { readonly kind: 'misplaced'; readonly why: string };

/**
 * Judges the response of `GET /api/ps` of Ollama: `{"models": [{name, size, size_vram}]}`, bytes. `size_vram` of a model
 * that is entirely on GPUs equals `size`; on the CPU it is 0. `names`: the model, then other names of the same weights,
 * which Ollama loads once and lists under the name that was requested first.
 */
export function compareLoaded(
  body: string,
  [name, ...others]: readonly [string, ...string[]],
  on: 'gpu' | 'cpu',
): LoadedVerdict {
  const names = new Set([name, ...others].map(fullName));
  const models = jsonOrNull(loadedModels, body)?.models ?? [];
  const entry = models.find((each) => names.has(fullName(each.name)));
  if (entry === undefined) return { kind: 'not-loaded' };
  const { size, size_vram: inVram } = entry;
  if (on === 'cpu') {
    if (inVram === 0) return { kind: 'as-planned' };
    return misplaced(`${name}: expected on the CPU, but ${formatBytes(inVram)} is on a GPU`);
  }
  if (inVram >= size) return { kind: 'as-planned' };
  if (inVram === 0) {
    return misplaced(
      `${name}: expected on the GPU, but loaded on the CPU: no GPU found, or not enough free GPU memory`,
    );
  }
  return misplaced(`${name}: ${partOf(size - inVram, size)} is on the CPU; not enough free GPU memory`);
}

function misplaced(why: string): LoadedVerdict {
  return { kind: 'misplaced', why };
}

/** Adds the default tag `latest`. */
function fullName(name: string): string {
  return /:[^/]*$/.test(name) ? name : `${name}:latest`;
}

/** Formats `2.1 of 5.5 GiB`, with one unit if both have the same. */
function partOf(part: number, whole: number): string {
  const [amount, unit] = formatBytes(part).split(' ');
  const all = formatBytes(whole);
  return all.endsWith(` ${unit}`) ? `${amount} of ${all}` : `${amount} ${unit} of ${all}`;
}
