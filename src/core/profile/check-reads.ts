import type { CatalogModel, Engine } from '../domain/profile.ts';
import { parseModelRef } from '../source/parse-ref.ts';
import { mainSource } from '../source/sources.ts';
import { isReference } from './is-reference.ts';
import { possibleRefs } from './model-sources.ts';
import { referenceFault } from './reference-fault.ts';

/** Returns why an engine cannot read a model; null when it can. Ignores other errors of the model. */
export function readsFault(
  engine: Engine,
  nameOrRef: string,
  models: ReadonlyMap<string, CatalogModel | null>,
): string | null {
  const model = isReference(nameOrRef) ? { ref: nameOrRef } : models.get(nameOrRef);
  if (!model || referenceFault(model.ref) !== null) return null;
  const ref = possibleRefs(model).find(
    (each) => !engine.reads.includes(mainSource(parseModelRef(each).source)),
  );
  if (ref === undefined) return null;
  const shown = ref === nameOrRef ? ref : `${nameOrRef} (${ref})`;
  const supported = `supported sources: ${engine.reads.join(', ')}`;
  return `engine ${JSON.stringify(engine.name)} does not support ${shown}; ${supported}`;
}
