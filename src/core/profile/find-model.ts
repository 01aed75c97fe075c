import type { Catalog } from '../domain/profile.ts';
import type { ServedModel } from '../domain/worker-config.ts';
import { EXIT, RmaError } from '../errors.ts';
import { unknownWord } from '../nearest.ts';
import type { ModelRef } from '../reference/model-ref.ts';
import { ollamaName } from '../reference/parse-ollama-ref.ts';
import { formatModelRef, parseModelRef, urlFileName } from '../reference/parse-ref.ts';
import { isReference } from './is-reference.ts';

/**
 * Returns the model behind a catalog name or a reference.
 * @throws RmaError RMA_MODEL_UNKNOWN, RMA_MODEL_REF_INVALID, RMA_MODEL_SOURCE_UNSUPPORTED exit 2
 */
export function findModel(
  { models, served }: Pick<Catalog, 'models' | 'served'>,
  nameOrRef: string,
): ServedModel {
  return served.get(nameOrRef) ?? parseModel(models, nameOrRef);
}

/**
 * Returns every model that the catalog or a profile names, by that name or reference.
 * @throws RmaError as `findModel`
 */
export function servedModels({
  models,
  profiles,
}: Pick<Catalog, 'models' | 'profiles'>): ReadonlyMap<string, ServedModel> {
  const named = [...profiles.values()].flatMap(({ variants }) =>
    variants.flatMap(({ services }) => services.flatMap((service) => service.models)),
  );
  return new Map([...models.keys(), ...named].map((name) => [name, parseModel(models, name)]));
}

function parseModel(models: Catalog['models'], nameOrRef: string): ServedModel {
  if (isReference(nameOrRef)) {
    const ref = parseModelRef(nameOrRef);
    return { ref: formatModelRef(ref), name: servedName(ref), kind: null };
  }
  const model = models.get(nameOrRef);
  if (model !== undefined) {
    const ref = parseModelRef(model.ref);
    return {
      ref: formatModelRef(ref),
      name: hasOwnName(ref) ? servedName(ref) : model.name,
      kind: model.kind,
    };
  }
  throw new RmaError('RMA_MODEL_UNKNOWN', unknownWord('model', nameOrRef, [...models.keys()].sort()), {
    exitCode: EXIT.usage,
    hint: 'use a name of the catalog, or a reference such as hf:org/repo:file.gguf',
  });
}

/** Ollama serves a model under its own name only; clients address whole repositories by their id. */
function hasOwnName(ref: ModelRef): boolean {
  return ref.source === 'ollama' || (ref.source !== 'url' && ref.pattern === null);
}

/** The file name without `.gguf` of a single file, the id of a repository, or the name that Ollama shows. */
function servedName(ref: ModelRef): string {
  if (ref.source === 'ollama') return ollamaName(ref);
  const file = ref.source === 'url' ? urlFileName(ref) : ref.pattern;
  return /([^/*?]+)\.gguf$/i.exec(file ?? '')?.[1] ?? (ref.source === 'url' ? (file ?? ref.url) : ref.repo);
}
