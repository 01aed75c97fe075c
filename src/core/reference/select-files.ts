import { matchGlob } from './glob.ts';

const SAFETENSORS = /\.safetensors$/i;

/** Weights in formats other than safetensors: PyTorch pickles, TensorFlow, Flax, Rust, ONNX, OpenVINO, Core ML, GGUF. */
const OTHER_WEIGHTS: readonly RegExp[] = [
  /\.(bin|pt|pth|pkl|pickle|ckpt|h5|msgpack|ot|npz|onnx|onnx_data|tflite|pb|gguf|ggml|llamafile)$/i,
  /\.(bin|pt|h5|msgpack)\.index\.json$/i,
  /(^|\/)openvino_[^/]*\.xml$/i,
  /\.(mlmodel|mlpackage)(\/|$)/i,
];

export interface FileSelection<T> {
  readonly files: readonly T[];
  /** true if no file was left out */
  readonly complete: boolean;
}

/**
 * Selects the files of a reference: those that match its pattern; without a pattern all files, except weights in other
 * formats if the repository has safetensors weights.
 */
export function selectFiles<T extends { readonly path: string }>(
  listing: readonly T[],
  pattern: string | null,
): FileSelection<T> {
  const hasSafetensors = listing.some(({ path }) => SAFETENSORS.test(path));
  const isSelected = (path: string) =>
    pattern === null ? !(hasSafetensors && isOtherWeights(path)) : matchGlob(pattern, path);
  const files = listing.filter(({ path }) => isSelected(path));
  return { files, complete: files.length === listing.length };
}

/** Returns at most `limit` paths that are most similar to a pattern, best first, for the error if nothing matched. */
export function nearestPaths(paths: readonly string[], pattern: string, limit: number): readonly string[] {
  const isSelected = bigrams(pattern);
  const score = (path: string): number => {
    const own = bigrams(path);
    const shared = [...isSelected].filter((pair) => own.has(pair)).length;
    return shared / Math.max(1, isSelected.size + own.size - shared);
  };
  return paths
    .map((path) => ({ path, score: score(path) }))
    .sort((a, b) => b.score - a.score || (a.path < b.path ? -1 : 1))
    .slice(0, limit)
    .map(({ path }) => path);
}

function isOtherWeights(path: string): boolean {
  return OTHER_WEIGHTS.some((format) => format.test(path));
}

function bigrams(text: string): ReadonlySet<string> {
  const lower = text.toLowerCase();
  return new Set(Array.from({ length: Math.max(0, lower.length - 1) }, (_, at) => lower.slice(at, at + 2)));
}
