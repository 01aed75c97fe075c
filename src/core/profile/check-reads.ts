import type { CatalogModel, Engine } from '../domain/profile.ts';
import { parseModelRef } from '../source/parse-ref.ts';
import { isReference } from './is-reference.ts';
import { referenceFault } from './reference-fault.ts';

/** Why an engine cannot read a model; null when it can. A model that has another fault is none of this one. */
export function readsFault(
  engine: Engine,
  nameOrRef: string,
  models: ReadonlyMap<string, CatalogModel | null>,
): string | null {
  const ref = isReference(nameOrRef) ? nameOrRef : models.get(nameOrRef)?.ref;
  if (ref === undefined || referenceFault(ref) !== null) return null;
  const { source } = parseModelRef(ref);
  if (engine.reads.includes(source)) return null;
  const shown = ref === nameOrRef ? ref : `${nameOrRef} (${ref})`;
  return `the engine ${JSON.stringify(engine.name)} reads models from ${engine.reads.join(', ')}, not ${shown}`;
}
