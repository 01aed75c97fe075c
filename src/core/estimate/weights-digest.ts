import type { PinnedModel } from '../domain/pinned-model.ts';
import { sourceOf } from '../source/sources.ts';

/**
 * Returns what identifies the weights of a model that has several names: the digest of the model layer of an Ollama model,
 * by which its scheduler identifies loaded models (https://github.com/ollama/ollama, server/sched.go, schedulerModelKey). null
 * for models of other sources.
 */
export function weightsDigest(model: PinnedModel): string | null {
  const roles = sourceOf(model).roles?.(model) ?? new Map<string, string>();
  return model.files.find(({ path }) => roles.get(path) === 'model')?.path ?? null;
}
