import type { ImportModel } from '../domain/import.ts';
import type { Inventory, InventoryModel } from '../domain/inventory.ts';
import type { PinnedModel } from '../domain/pinned-model.ts';
import type { PinnedOllamaModel } from '../source/ollama.ts';
import { parseModelRef } from '../source/parse-ref.ts';
import { sourceOf } from '../source/sources.ts';

/** The reason why a model is not imported into a store that has another version of it. */
export const OTHER_VERSION = 'the store has another version of it';

/**
 * Returns a model as it is imported into a store; null if the store has other content under its name. A branch or tag of
 * the store is never moved to another commit: then the model is imported by its commit alone.
 */
export function resolveImport(found: ImportModel, { models }: Pick<Inventory, 'models'>): ImportModel | null {
  const { model } = found;
  const place = placeOf(model);
  const here = models.find(({ path }) => path === place);
  if (here !== undefined && differs(here, model)) return null;
  const { commit } = model;
  const isMoved =
    typeof commit === 'string' &&
    models.some((other) => other.commit !== commit && other.references.includes(model.ref));
  if (!isMoved) return found;
  const ref = sourceOf(model).format({ ...parseModelRef(model.ref), revision: commit });
  return { ...found, model: { ...model, ref, revision: commit } };
}

/** Returns the path of a model in the inventory of a store. */
function placeOf(model: PinnedModel): string {
  const { store } = sourceOf(model);
  if (store.layout === 'ollama') {
    const { registry, namespace, model: name, tag } = model as PinnedOllamaModel;
    return `${store.directory}/manifests/${registry}/${namespace}/${name}/${tag}`;
  }
  const home = `${store.directory}/${store.home(model)}`;
  return store.layout === 'flat' ? `${home}/${model.files[0]?.path ?? ''}` : home;
}

/** Returns whether a stored model has a file of the same name with other content, or, in Ollama's layout, other layers. */
function differs(here: InventoryModel, model: PinnedModel): boolean {
  if (sourceOf(model).store.layout === 'ollama') {
    const stored = [...here.files.map(({ path }) => path), ...here.missing].sort();
    return (
      stored.join() !==
      model.files
        .map(({ path }) => path)
        .sort()
        .join()
    );
  }
  const stored = new Map(here.files.map((file) => [file.path, file]));
  return model.files.some(({ path, bytes, digest }) => {
    const other = stored.get(path);
    if (other === undefined) return false;
    return other.bytes !== bytes || (other.isVerified && digest !== null && isOther(other.digest, digest));
  });
}

function isOther(a: InventoryModel['files'][number]['digest'], b: NonNullable<typeof a>): boolean {
  return a !== null && a.algorithm === b.algorithm && a.hex !== b.hex;
}
