import type { PinnedFile } from '../domain/pinned-model.ts';
import { namedFile } from '../reference/selection.ts';
import { splitPart } from '../reference/split-files.ts';
import type { RepositoryRef } from './repository.ts';

/** The files of a repository that a store has recorded. */
export interface StoredListing {
  readonly files: readonly PinnedFile[];
  /** false: the repository may have more files */
  readonly whole: boolean;
}

/**
 * Returns whether a listing decides which files a reference selects: one that may lack files decides only for a reference
 * that names one file.
 */
export function decides({ whole }: StoredListing, { pattern }: Pick<RepositoryRef, 'pattern'>): boolean {
  return whole || (pattern !== null && namedFile(pattern) !== null);
}

const WEIGHTS = /\.(?:safetensors|gguf|bin|pt|pth|onnx)$/i;
const NEEDS_CONFIG = /\.(?:safetensors|bin|pt|pth)$/i;

/**
 * Returns whether the files of a snapshot without a listing can be a whole repository: it has weights, all their parts, and
 * the configuration that their format needs.
 */
export function looksWhole(paths: readonly string[]): boolean {
  const found = new Set(paths);
  const weights = paths.filter((path) => WEIGHTS.test(path));
  if (weights.length === 0 || (weights.every((path) => NEEDS_CONFIG.test(path)) && !found.has('config.json')))
    return false;
  return weights.every((path) => (splitPart(path)?.all ?? []).every((part) => found.has(part)));
}
