import { splitPart } from './split-files.ts';

/** Returns whether a path is that of a projector, the image encoder of a vision model in a GGUF file of its own. */
export function isProjector(path: string): boolean {
  return /\.gguf$/i.test(path) && /mmproj/i.test(path);
}

/**
 * Returns the GGUF models among the paths, each by the path that an engine opens: the first part of a split model. The
 * projector of a vision model does not count.
 */
export function ggufModels(paths: readonly string[]): readonly string[] {
  const models = paths.filter((path) => /\.gguf$/i.test(path) && !isProjector(path));
  return [...new Set(models.map((path) => splitPart(path)?.all[0] ?? path))].sort();
}
