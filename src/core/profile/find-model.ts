import { EXIT, RmaError } from '../errors.ts';
import type { Catalogue } from '../model/profile.ts';
import type { ServedModel } from '../model/worker-config.ts';
import { unknownWord } from '../yaml/fields.ts';
import { isReference } from './is-reference.ts';

/**
 * The model behind a catalogue name or a reference, and the name that an engine's API shows for it.
 * @throws RmaError RMA_MODEL_UNKNOWN exit 2
 */
export function findModel(catalogue: Catalogue, nameOrRef: string): ServedModel {
  if (isReference(nameOrRef)) return { ref: nameOrRef, name: servedName(nameOrRef) };
  const model = catalogue.models.get(nameOrRef);
  if (model !== undefined) return { ref: model.ref, name: model.name };
  throw new RmaError(
    'RMA_MODEL_UNKNOWN',
    unknownWord('model', nameOrRef, [...catalogue.models.keys()].sort()),
    {
      exitCode: EXIT.usage,
      hint: 'name a model of the catalogue, or a reference such as hf:org/repo:file.gguf',
    },
  );
}

/** For one file its name without `.gguf`, for a repository its id. */
function servedName(ref: string): string {
  const plain = ref.replace(/[#?].*$/, '');
  const file = /([^/:*]+)\.gguf$/i.exec(plain)?.[1];
  return file ?? plain.replace(/^[a-z]+:/, '').replace(/[@:].*$/, '');
}
