import type { RmaConfig } from '../domain/config.ts';
import type { PinnedModel } from '../domain/pinned-model.ts';
import type { Catalog } from '../domain/profile.ts';
import { EXIT, RmaError } from '../errors.ts';
import { pickles } from '../reference/pickles.ts';
import { isKnownContent } from '../source/describe-model.ts';
import { formatModelRef, parseModelRef } from '../source/parse-ref.ts';
import { findModel } from './find-model.ts';

const SHOWN = 3;

/** Returns the references of the models that may have pickles by the catalog: `allow_pickle: true`. */
export function allowedPickles(catalog: Pick<Catalog, 'models' | 'served'>): ReadonlySet<string> {
  const allowed = [...catalog.models.values()].filter(({ allowPickle }) => allowPickle === true);
  return new Set(allowed.map(({ name }) => findModel(catalog, name).ref));
}

/** What decides whether a model may have pickles. */
export interface PickleRules {
  readonly config: Pick<RmaConfig, 'hub'>;
  readonly catalog: Pick<Catalog, 'models' | 'served'>;
}

/**
 * Returns the error of a model with pickles, which run code in the engine that loads them; null if it has none, or they are
 * allowed, or their content is known. `ref` is the requested reference.
 */
export function pickleFault(
  ref: string,
  model: PinnedModel,
  { config, catalog }: PickleRules,
): RmaError | null {
  const unknown = model.files.filter((file) => !isKnownContent(model, file));
  const found = pickles(unknown.map(({ path }) => path));
  if (found.length === 0 || config.hub.allowPickle === true || allowedPickles(catalog).has(ref)) return null;
  const shown = found.slice(0, SHOWN).join(', ');
  const more = found.length > SHOWN ? ` and ${found.length - SHOWN} more` : '';
  return new RmaError(
    'RMA_MODEL_PICKLE',
    `${model.ref} contains pickles, which can run code in the engine that loads them: ${shown}${more}`,
    {
      exitCode: EXIT.badContent,
      hint: `${alternative(model)}; or if you trust its authors: --allow-pickle, or allow_pickle: true in profiles/models.yaml`,
      details: { model: model.ref, files: found },
    },
  );
}

/** Returns what to use instead of the pickles. */
function alternative({ ref, files }: PinnedModel): string {
  const parsed = parseModelRef(ref);
  const isMixed = files.some(({ path }) => /\.safetensors$/i.test(path));
  if (!isMixed || parsed['pattern'] === undefined) return 'use a repository with safetensors or GGUF';
  return `to download its safetensors only: ${formatModelRef({ ...parsed, pattern: 'safetensors' })}`;
}
