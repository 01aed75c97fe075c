import * as z from 'zod/mini';
import { splitPart } from '../reference/split-files.ts';
import { jsonOrNull } from '../schema/parse.ts';

/** The index of sharded weights: https://huggingface.co/docs/transformers/big_models#shard-metadata */
const index = z.object({ weight_map: z.record(z.string(), z.string()) });

/** Returns whether a file is the index of sharded weights. */
export function isWeightIndex(path: string): boolean {
  return /\.(safetensors|bin)\.index\.json$/.test(path);
}

/**
 * Returns the parts that a model lacks, by its weight indexes and the numbers in names of GGUF files. Only a set of which
 * at least one part is in the model counts: the others were not selected.
 */
export function missingParts(
  paths: readonly string[],
  indexes: ReadonlyMap<string, string>,
): readonly string[] {
  const here = new Set(paths);
  const sets = [
    ...[...indexes].map(([path, text]) => shardsOf(path, text)),
    ...paths.filter((path) => /\.gguf$/i.test(path)).map((path) => splitPart(path)?.all ?? []),
  ];
  const missing = sets
    .filter((parts) => parts.some((part) => here.has(part)))
    .flatMap((parts) => parts.filter((part) => !here.has(part)));
  return [...new Set(missing)];
}

function shardsOf(path: string, text: string): readonly string[] {
  const folder = path.slice(0, path.lastIndexOf('/') + 1);
  const shards = Object.values(jsonOrNull(index, text)?.weight_map ?? {});
  return [...new Set(shards)].map((shard) => `${folder}${shard}`);
}
