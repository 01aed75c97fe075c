import type { StoreNeeds } from '../domain/fetch-request.ts';
import type { ModelUser } from '../domain/inventory.ts';
import type { ModelRef } from '../domain/model-ref.ts';
import type { PinnedModel } from '../domain/pinned-model.ts';
import { RmaError } from '../errors.ts';
import { parseModelRef } from '../source/parse-ref.ts';
import { sourceOf } from '../source/sources.ts';

/** A reference with its key: one text for all spellings that its source does not distinguish. */
export interface KeyedRef {
  readonly ref: ModelRef;
  readonly key: string;
}

/** Parses a reference; null if it is none, for example of a newer rma. */
export function keyedRef(text: string): KeyedRef | null {
  try {
    const ref = parseModelRef(text);
    const source = sourceOf(ref);
    return { ref, key: source.key?.(ref) ?? source.format(ref) };
  } catch (error) {
    if (error instanceof RmaError) return null;
    throw error;
  }
}

/** Returns the canonical text of a reference; null if it is none. */
export function canonical(text: string): string | null {
  const keyed = keyedRef(text);
  return keyed === null ? null : sourceOf(keyed.ref).format(keyed.ref);
}

/** What identifies a model in a store. */
export interface ModelIdentity {
  readonly references: readonly string[];
  /** models recorded under a reference that are this one */
  readonly records: readonly PinnedModel[];
}

/**
 * Returns the workers that need a model. A worker names references, not commits: it may use any stored commit of a
 * repository that it names without one.
 */
export function neededBy(model: ModelIdentity, needs: readonly StoreNeeds[]): readonly ModelUser[] {
  const own = new Set(
    [...model.references, ...model.records.map(({ ref }) => ref)].flatMap((text) => [...namesOf(text)]),
  );
  return needs
    .filter(({ refs }) => refs.some((text) => [...namesOf(text)].some((name) => own.has(name))))
    .map(({ host, project, profile }) => ({ host, project, profile }));
}

/** Returns the texts under which a reference is compared: its key, or the repository that it selects from. */
function namesOf(text: string): readonly string[] {
  const keyed = keyedRef(text);
  if (keyed === null) return [text];
  const { ref, key } = keyed;
  const repo = ref['repo'];
  return typeof repo === 'string' ? [`${ref.source}:${repo.toLowerCase()}`] : [key];
}
