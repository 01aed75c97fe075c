import type { CatalogModel, Engine } from '../domain/profile.ts';
import { parseModelRef } from '../source/parse-ref.ts';
import { mainSource } from '../source/sources.ts';
import { isReference } from './is-reference.ts';
import { referenceFault } from './reference-fault.ts';

/** Returns why an engine cannot read a model; null when it can. Ignores other errors of the model. */
export function readsFault(
  engine: Engine,
  nameOrRef: string,
  models: ReadonlyMap<string, CatalogModel | null>,
): string | null {
  const ref = isReference(nameOrRef) ? nameOrRef : models.get(nameOrRef)?.ref;
  if (ref === undefined || referenceFault(ref) !== null) return null;
  const { source } = parseModelRef(ref);
  if (engine.reads.includes(mainSource(source))) return null;
  const shown = ref === nameOrRef ? ref : `${nameOrRef} (${ref})`;
  const supported = `supported sources: ${engine.reads.join(', ')}`;
  return `engine ${JSON.stringify(engine.name)} does not support ${shown}; ${supported}`;
}
