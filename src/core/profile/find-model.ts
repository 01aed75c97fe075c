import type { Catalog } from '../domain/profile.ts';
import type { ServedModel } from '../domain/worker-config.ts';
import { EXIT, RmaError } from '../errors.ts';
import { unknownWord } from '../nearest.ts';
import { formatModelRef, parseModelRef } from '../source/parse-ref.ts';
import { sourceOf } from '../source/sources.ts';
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
    return { ref: formatModelRef(ref), name: sourceOf(ref).servedName(ref), kind: null };
  }
  const model = models.get(nameOrRef);
  if (model !== undefined) {
    const ref = parseModelRef(model.ref);
    const source = sourceOf(ref);
    const name = source.hasOwnName(ref) ? source.servedName(ref) : model.name;
    return { ref: formatModelRef(ref), name, kind: model.kind };
  }
  throw new RmaError('RMA_MODEL_UNKNOWN', unknownWord('model', nameOrRef, [...models.keys()].sort()), {
    exitCode: EXIT.usage,
    hint: 'use a name of the catalog, or a reference such as hf:org/repo:file.gguf',
  });
}
