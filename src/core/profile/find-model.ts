import type { Catalog } from '../domain/profile.ts';
import type { ServedModel } from '../domain/worker-config.ts';
import { EXIT, RmaError } from '../errors.ts';
import { unknownWord } from '../nearest.ts';
import { formatModelRef, parseModelRef } from '../source/parse-ref.ts';
import { sourceOf } from '../source/sources.ts';
import { isReference } from './is-reference.ts';
import { expandSets, isSetName, nameWithoutSet, plainNames, setNames } from './model-sets.ts';

/**
 * Returns the model behind a catalog name, the name under which engines serve a model of the catalog or of a profile, a
 * reference, or a name that means one.
 * @throws RmaError RMA_MODEL_UNKNOWN, RMA_MODEL_REF_INVALID, RMA_MODEL_REF_AMBIGUOUS exit 2
 */
export function findModel(
  { models, served }: Pick<Catalog, 'models' | 'served'>,
  nameOrRef: string,
): ServedModel {
  return served.get(nameOrRef) ?? servedAs(served.values(), nameOrRef) ?? parseModel(models, nameOrRef);
}

/**
 * Returns the name of a model for people, which `findModel` finds it by: the name under which engines serve it, if that is
 * enough, its name in a set (`set:SET/NAME`), else its reference.
 */
export function printedName(catalog: Pick<Catalog, 'models' | 'served'>, { name, ref }: ServedModel): string {
  try {
    if (findModel(catalog, name).ref === ref) return name;
  } catch (error) {
    if (!(error instanceof RmaError)) throw error;
  }
  const member = [...catalog.served].find(([key, model]) => isSetName(key) && model.ref === ref);
  return member?.[0] ?? ref;
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
  const served = new Map([...models.keys()].map((name) => [name, parseModel(models, name)] as const));
  const ofCatalog = [...served.values()];
  for (const name of named) {
    if (!served.has(name)) served.set(name, servedAs(ofCatalog, name) ?? parseModel(models, name));
  }
  return served;
}

/** @throws RmaError RMA_MODEL_REF_AMBIGUOUS if several models are served under the name */
function servedAs(served: Iterable<ServedModel>, name: string): ServedModel | undefined {
  const found = new Map(
    [...served].filter((model) => model.name === name).map((model) => [model.ref, model]),
  );
  if (found.size <= 1) return [...found.values()][0];
  const refs = [...found.keys()].sort();
  throw new RmaError('RMA_MODEL_REF_AMBIGUOUS', `"${name}" is the name of ${refs.length} models`, {
    exitCode: EXIT.usage,
    hint: `use ${refs.join(' or ')}`,
    details: { references: refs },
  });
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
    const name = source.hasOwnName(ref) ? source.servedName(ref) : nameWithoutSet(model.name);
    return { ref: formatModelRef(ref), name, kind: model.kind };
  }
  if (isSetName(nameOrRef)) throw unknownSet(models, nameOrRef);
  throw new RmaError('RMA_MODEL_UNKNOWN', unknownWord('model', nameOrRef, plainNames(models)), {
    exitCode: EXIT.usage,
    hint: `${ofOllama(nameOrRef)}use a name from the catalog, or a reference such as hf:org/repo:file.gguf`,
  });
}

function unknownSet(models: Catalog['models'], name: string): RmaError {
  const [set = '', member] = name.split('/', 2);
  if (member !== undefined && setNames(models).includes(set)) {
    const known = expandSets([set], models).map(nameWithoutSet);
    return new RmaError('RMA_MODEL_UNKNOWN', `${set}: ${unknownWord('model', member, known)}`, {
      exitCode: EXIT.usage,
      hint: `use a model of the set, or ${set} for all of them`,
    });
  }
  return new RmaError('RMA_MODEL_UNKNOWN', unknownWord('set', name, setNames(models)), {
    exitCode: EXIT.usage,
    hint: 'use a set of the catalog: rma models ls --catalog; or add one: sets in profiles/models.yaml',
  });
}

/** A word alone may be a misspelt name of the catalog or a model of Ollama: only its user can decide. */
function ofOllama(word: string): string {
  return /^\w[\w.-]*$/.test(word)
    ? `for the model in the Ollama registry, use ollama:${word}; otherwise `
    : '';
}
