import { isProjector } from './gguf-models.ts';

/** Quantizations as file names have them: Q4_K_M, IQ2_XXS, UD-Q4_K_XL, BF16, MXFP4_MOE, TQ1_0 (llama.cpp, `llama-quantize`). */
const LABEL =
  /(?<![A-Za-z0-9])(?:UD-)?(?:I?Q\d(?:_[A-Z0-9]+)*|TQ\d_\d|MXFP\d(?:_MOE)?|NVFP\d|BF16|F(?:P)?(?:16|32))(?![A-Za-z0-9])/g;

/**
 * Returns the quantization that the name of a GGUF file has, in upper case: the last one in its name, else in the name of
 * its directory; null if neither has one.
 */
export function quantizationOf(path: string): string | null {
  for (const part of path.toUpperCase().split('/').reverse()) {
    const found = part.match(LABEL)?.at(-1);
    if (found !== undefined) return found;
  }
  return null;
}

/** Returns whether a path is that of a GGUF file with weights of a model, unlike a projector. */
export function isGgufModel(path: string): boolean {
  return /\.gguf$/i.test(path) && !isProjector(path);
}

/** Returns the quantizations of the GGUF models among the paths, sorted. */
export function quantizationsOf(paths: readonly string[]): readonly string[] {
  return [...new Set(paths.filter(isGgufModel).flatMap((path) => quantizationOf(path) ?? []))].sort();
}
