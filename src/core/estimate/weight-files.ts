import type { PinnedFile, PinnedModel } from '../domain/pinned-model.ts';
import { isProjector } from '../reference/gguf-models.ts';
import { splitPart } from '../reference/split-files.ts';
import { sourceOf } from '../source/sources.ts';

/** The files of a model that an engine loads. */
export interface WeightFiles {
  readonly format: 'gguf' | 'safetensors' | 'other';
  /** files whose headers describe the model, the first of a split one first; none for other formats */
  readonly parts: readonly PinnedFile[];
  /** file whose header contains the geometry; null if there is none */
  readonly header: PinnedFile | null;
  readonly bytes: number;
}

/**
 * Selects the weights of a model: the model, projector and adapter layers of an Ollama model; else safetensors, without
 * the second copy in one file (`consolidated…`); else GGUF: all parts of a split file, the largest of several
 * quantizations, and a projector (`mmproj…`); else PyTorch and ONNX formats; else all files.
 */
export function weightFiles(model: PinnedModel): WeightFiles {
  const { files } = model;
  const roles = sourceOf(model).roles?.(model);
  return roles === undefined ? weightsByName(files) : filesByRole(files, roles);
}

/** Selects the weights by the names of the files, as `weightFiles`. */
export function weightsByName(files: readonly PinnedFile[]): WeightFiles {
  const safetensors = files.filter(({ path }) => /\.safetensors$/i.test(path)).sort(byPath);
  if (safetensors.length > 0) {
    const apart = safetensors.filter(({ path }) => !/(^|\/)consolidated[^/]*$/i.test(path));
    const counted = apart.length > 0 ? apart : safetensors;
    return { format: 'safetensors', parts: counted, header: counted[0] ?? null, bytes: sizeOf(counted) };
  }
  const gguf = files.filter(({ path }) => /\.gguf$/i.test(path)).sort(byPath);
  if (gguf.length > 0) return ggufFiles(gguf);
  const torch = files.filter(({ path }) => /\.(bin|pt|pth|onnx)$/i.test(path));
  return { format: 'other', parts: [], header: null, bytes: sizeOf(torch.length > 0 ? torch : files) };
}

function ggufFiles(files: readonly PinnedFile[]): WeightFiles {
  const main = files.filter(({ path }) => !isProjector(path));
  const models = new Map<string, PinnedFile[]>();
  for (const file of main.length > 0 ? main : files) {
    const name = splitPart(file.path)?.whole ?? file.path;
    models.set(name, [...(models.get(name) ?? []), file]);
  }
  const [largest = []] = [...models.values()].sort((a, b) => sizeOf(b) - sizeOf(a));
  const projector = main.length > 0 ? largestOf(files.filter(({ path }) => isProjector(path))) : 0;
  return { format: 'gguf', parts: largest, header: largest[0] ?? null, bytes: sizeOf(largest) + projector };
}

/** The roles are those of Ollama's layers: https://github.com/ollama/ollama, server/images.go */
function filesByRole(files: readonly PinnedFile[], roles: ReadonlyMap<string, string>): WeightFiles {
  const ofRole = (role: string): readonly PinnedFile[] =>
    files.filter(({ path }) => roles.get(path) === role);
  const counted = ['model', 'projector', 'adapter'].flatMap(ofRole);
  const bytes = sizeOf(counted.length > 0 ? counted : files);
  const parts = ofRole('model');
  return { format: 'gguf', parts, header: parts[0] ?? null, bytes };
}

function sizeOf(files: readonly PinnedFile[]): number {
  return files.reduce((sum, { bytes }) => sum + bytes, 0);
}

function largestOf(files: readonly PinnedFile[]): number {
  return Math.max(0, ...files.map(({ bytes }) => bytes));
}

function byPath(a: PinnedFile, b: PinnedFile): number {
  return a.path < b.path ? -1 : 1;
}
