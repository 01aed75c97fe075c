import type { Catalog } from '../domain/profile.ts';
import type { ServedModel } from '../domain/worker-config.ts';
import { EXIT, RmaError } from '../errors.ts';
import { unknownWord } from '../nearest.ts';
import type { ModelRef } from '../reference/model-ref.ts';
import { ollamaName } from '../reference/parse-ollama-ref.ts';
import { formatModelRef, parseModelRef, urlFileName } from '../reference/parse-ref.ts';
import { isReference } from './is-reference.ts';

/**
 * The model behind a catalog name or a reference, canonical, and the name that an engine's API shows for it.
 * @throws RmaError RMA_MODEL_UNKNOWN, RMA_MODEL_REF_INVALID, RMA_MODEL_SOURCE_UNSUPPORTED exit 2
 */
export function findModel(catalog: Catalog, nameOrRef: string): ServedModel {
  if (isReference(nameOrRef)) {
    const ref = parseModelRef(nameOrRef);
    return { ref: formatModelRef(ref), name: servedName(ref), kind: null };
  }
  const model = catalog.models.get(nameOrRef);
  if (model !== undefined) {
    const ref = parseModelRef(model.ref);
    return {
      ref: formatModelRef(ref),
      name: knownBySource(ref) ? servedName(ref) : model.name,
      kind: model.kind,
    };
  }
  const known = [...catalog.models.keys()].sort();
  throw new RmaError('RMA_MODEL_UNKNOWN', unknownWord('model', nameOrRef, known), {
    exitCode: EXIT.usage,
    hint: 'name a model of the catalog, or a reference such as hf:org/repo:file.gguf',
  });
}

/** Ollama knows a model by its name there only, and clients know whole repositories by their id. */
function knownBySource(ref: ModelRef): boolean {
  return ref.source === 'ollama' || (ref.source !== 'url' && ref.pattern === null);
}

/** For one file its name without `.gguf`, for a repository its id, for an Ollama model the name that Ollama shows. */
function servedName(ref: ModelRef): string {
  if (ref.source === 'ollama') return ollamaName(ref);
  const file = ref.source === 'url' ? urlFileName(ref) : ref.pattern;
  return /([^/*?]+)\.gguf$/i.exec(file ?? '')?.[1] ?? (ref.source === 'url' ? (file ?? ref.url) : ref.repo);
}
