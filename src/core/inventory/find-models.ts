import type { Inventory, InventoryModel } from '../domain/inventory.ts';
import type { ModelRef } from '../domain/model-ref.ts';
import { EXIT, RmaError } from '../errors.ts';
import { nearest } from '../nearest.ts';
import { shell } from '../shell-quote.ts';
import { wholeOf } from '../source/model-record.ts';
import type { RepositoryRef } from '../source/repository.ts';
import { selectRepository } from '../source/select-repository.ts';
import { sourceOf } from '../source/sources.ts';
import { keyedRef } from './needed-by.ts';

/**
 * Returns the models of a store that a reference or a path means: several if programs stored it in several places.
 * @throws RmaError RMA_MODEL_NOT_FOUND (1), RMA_MODEL_REF_AMBIGUOUS (2)
 */
export function findModels({ models }: Inventory, text: string): readonly InventoryModel[] {
  const found = foundModels(models, text);
  if (found.length > 0) return found;
  throw notStored(models, text);
}

/** Returns whether a store has a model that a reference or a path means. */
export function isStored({ models }: Inventory, text: string): boolean {
  return foundModels(models, text).length > 0;
}

function foundModels(models: readonly InventoryModel[], text: string): readonly InventoryModel[] {
  const keyed = keyedRef(text);
  const found = models.filter(
    ({ references, path }) =>
      path === text ||
      references.some((each) => each === text || (keyed !== null && keyedRef(each)?.key === keyed.key)),
  );
  if (found.length > 0 || keyed === null) return found;
  const shortened = byShortCommit(models, keyed.ref, text);
  return shortened.length > 0 ? shortened : byPattern(models, keyed.ref);
}

/** Returns the models of the repository that have files which the pattern of a reference selects. */
function byPattern(models: readonly InventoryModel[], ref: ModelRef): readonly InventoryModel[] {
  const whole = wholeOf(ref);
  if (whole === null) return [];
  return foundModels(models, sourceOf(whole).format(whole)).filter(
    ({ files }) => selectedOf(ref as RepositoryRef, files) > 0,
  );
}

/**
 * Returns the models at the commit whose first digits, at least seven, a reference has as its revision.
 * @throws RmaError RMA_MODEL_REF_AMBIGUOUS (2) if there are several such commits
 */
function byShortCommit(
  models: readonly InventoryModel[],
  ref: ModelRef,
  text: string,
): readonly InventoryModel[] {
  const { revision } = ref;
  if (typeof revision !== 'string' || !/^[0-9a-f]{7,39}$/.test(revision)) return [];
  const found = models.filter(({ commit, references }) => {
    if (commit?.startsWith(revision) !== true) return false;
    const whole = keyedRef(sourceOf(ref).format({ ...ref, revision: commit }))?.key;
    return references.some((each) => keyedRef(each)?.key === whole);
  });
  const commits = [...new Set(found.map(({ commit }) => commit))];
  if (commits.length <= 1) return found;
  throw new RmaError('RMA_MODEL_REF_AMBIGUOUS', `${text} means several commits: ${commits.join(', ')}`, {
    exitCode: EXIT.usage,
    hint: 'use more digits of the commit',
  });
}

/**
 * Returns the models that a reference means as a whole: one that selects some of the stored files means no whole model.
 * @throws RmaError RMA_MODEL_NOT_FOUND (1), RMA_MODEL_PART (2)
 */
export function findWholeModels(inventory: Inventory, text: string): readonly InventoryModel[] {
  const found = findModels(inventory, text);
  const ref = keyedRef(text)?.ref;
  if (typeof ref?.['pattern'] !== 'string') return found;
  for (const { references, files } of found) {
    const selected = selectedOf(ref as RepositoryRef, files);
    if (selected >= files.length) continue;
    const whole =
      references.find((each) => typeof keyedRef(each)?.ref['pattern'] !== 'string') ?? references[0];
    throw new RmaError(
      'RMA_MODEL_PART',
      `${text} selects ${selected} of the ${files.length} files of ${whole}`,
      {
        exitCode: EXIT.usage,
        hint: shell`only whole models can be removed: rma models rm ${whole}`,
      },
    );
  }
  return found;
}

function selectedOf(ref: RepositoryRef, files: InventoryModel['files']): number {
  try {
    return selectRepository(ref, files).entries.length;
  } catch (error) {
    if (error instanceof RmaError) return 0;
    throw error;
  }
}

function notStored(models: readonly InventoryModel[], text: string): RmaError {
  const repo = repoOf(text);
  const others = models
    .filter(({ references }) => repo !== null && references.some((each) => repoOf(each) === repo))
    .map(({ references: [first] }) => first);
  return new RmaError('RMA_MODEL_NOT_FOUND', `model ${text} not found in the store`, {
    exitCode: EXIT.failed,
    hint: others.length === 0 ? similarHint(models, text) : `the store has ${others.slice(0, 3).join(', ')}`,
  });
}

function similarHint(models: readonly InventoryModel[], text: string): string {
  const names = new Map(models.flatMap(({ references }) => references.flatMap(shortenings)));
  const near = names.get(nearest(text, names.keys()) ?? '');
  const list = 'to list all models in the store: rma models ls --stored';
  return near === undefined ? list : `closest match: ${near}; ${list}`;
}

/** Returns a reference or path, with what people write for it: without its source, namespace and tag. */
function shortenings(reference: string): readonly (readonly [name: string, reference: string])[] {
  const bare = reference.replace(/^[a-z]+:(?=[^/])/, '');
  const last = bare.slice(bare.lastIndexOf('/') + 1);
  const names = [reference, bare, last, last.replace(/[:@].*$/, '')];
  return names.map((name) => [name, reference] as const);
}

function repoOf(text: string): string | null {
  const ref = keyedRef(text)?.ref;
  const repo = ref?.['repo'];
  return ref !== undefined && typeof repo === 'string' ? `${ref.source}:${repo.toLowerCase()}` : null;
}
