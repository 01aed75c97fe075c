import type { StoreNeeds } from '../domain/fetch-request.ts';
import type { ModelUser } from '../domain/inventory.ts';
import type { ModelRef } from '../domain/model-ref.ts';
import type { PinnedModel } from '../domain/pinned-model.ts';
import { RmaError } from '../errors.ts';
import { parseModelRef } from '../source/parse-ref.ts';
import { sourceOf } from '../source/sources.ts';
import { groupBy } from './group-by.ts';

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
  /** null: unknown */
  readonly commit: string | null;
  /** models recorded under a reference that are this one */
  readonly records: readonly PinnedModel[];
}

/** What workers need: name → the workers that need it. */
export type NeedIndex = ReadonlyMap<string, readonly NamedNeed[]>;

interface NamedNeed {
  readonly need: StoreNeeds;
  /** null: any */
  readonly commit: string | null;
}

/** Returns what workers need by the texts under which references are compared. */
export function needIndex(needs: readonly StoreNeeds[]): NeedIndex {
  const named = needs.flatMap((need) => {
    const commits = new Map(Object.entries(need.commits ?? {}));
    return need.refs.map((ref) => ({ name: nameOf(ref), need, commit: commits.get(ref) ?? null }));
  });
  return groupBy(named, ({ name }) => name);
}

/**
 * Returns the workers that need a model. A worker that recorded no commit may use any stored commit of a repository that it
 * names.
 */
export function neededBy(model: ModelIdentity, index: NeedIndex): readonly ModelUser[] {
  const names = new Set([...model.references, ...model.records.map(({ ref }) => ref)].map(nameOf));
  const found = [...names]
    .flatMap((name) => index.get(name) ?? [])
    .filter(({ commit }) => commit === null || model.commit === null || commit === model.commit);
  return [...new Set(found.map(({ need }) => need))].map(({ host, project, profile }) => ({
    host,
    project,
    profile,
  }));
}

/** Returns the text under which a reference is compared: its key, or the repository that it selects from. */
export function nameOf(text: string): string {
  const keyed = keyedRef(text);
  if (keyed === null) return text;
  const { ref, key } = keyed;
  const repo = ref['repo'];
  return typeof repo === 'string' ? `${ref.source}:${repo.toLowerCase()}` : key;
}
