import { formatBytes } from '../units.ts';

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
  const entry = listedModels(body).find((each) => fullName(each.name) === fullName(name));
  if (entry === undefined) return { kind: 'not-loaded' };
  const { size, inVram } = entry;
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

interface ListedModel {
  readonly name: string;
  readonly size: number;
  readonly inVram: number;
}

function listedModels(body: string): readonly ListedModel[] {
  const parsed = parseJson(body);
  if (typeof parsed !== 'object' || parsed === null || !('models' in parsed)) return [];
  if (!Array.isArray(parsed.models)) return [];
  return parsed.models.flatMap((entry: unknown) => {
    if (typeof entry !== 'object' || entry === null || !('name' in entry) || !('size' in entry)) return [];
    const { name, size } = entry;
    const inVram = 'size_vram' in entry ? entry.size_vram : 0;
    if (typeof name !== 'string' || typeof size !== 'number' || typeof inVram !== 'number') return [];
    return [{ name, size, inVram }];
  });
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

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
