import { EXIT, RmaError } from '../errors.ts';
import { formatOllamaRef, OLLAMA_REGISTRY, type OllamaRef } from '../reference/parse-ollama-ref.ts';
import { hubRefusal } from './hub-refusal.ts';

/** The one error for a status of an Ollama registry that is not a success. */
export function registryRefusal(ref: OllamaRef, status: number): RmaError {
  const subject = formatOllamaRef(ref);
  const registry = ref.registry ?? OLLAMA_REGISTRY;
  const details = { status };
  if (status === 404) {
    return new RmaError('RMA_HUB_NOT_FOUND', `${registry} has no model or tag ${subject} (it answered 404)`, {
      hint: `check the name and the tag${libraryPage(ref)}`,
      details,
    });
  }
  if (status === 401) {
    return new RmaError('RMA_HUB_UNAUTHORIZED', `${registry} wants a signed request for ${subject} (401)`, {
      exitCode: EXIT.denied,
      hint: 'rma does not sign requests to Ollama registries: use a public model, or a mirror that needs no sign-in',
      details,
    });
  }
  if (status === 403) {
    return new RmaError('RMA_HUB_FORBIDDEN', `${registry} forbids access to ${subject} (403)`, {
      exitCode: EXIT.denied,
      hint: 'use a public model, or a mirror that needs no sign-in',
      details,
    });
  }
  const common = { errorCode: undefined, revision: null, page: null, tokenSent: false };
  return hubRefusal({ ...common, status, subject });
}

/** Where a person sees which models and tags there are. */
function libraryPage({ registry, namespace, model }: OllamaRef): string {
  if (registry === null) return `: https://ollama.com/${namespace}/${model}/tags`;
  return registry === 'hf.co' || registry === 'huggingface.co'
    ? `: https://${registry}/${namespace}/${model}`
    : '';
}
