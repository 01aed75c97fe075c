import { EXIT, RmaError } from '../errors.ts';
import { hubRefusal } from '../hub/hub-refusal.ts';
import { formatOllamaRef, OLLAMA_REGISTRY, type OllamaRef } from './ollama-reference.ts';

/** Returns the error for an unsuccessful HTTP status of an Ollama registry. */
export function registryRefusal(ref: OllamaRef, status: number): RmaError {
  const subject = formatOllamaRef(ref);
  const registry = ref.registry ?? OLLAMA_REGISTRY;
  const details = { status };
  if (status === 404) {
    return new RmaError('RMA_HUB_NOT_FOUND', `${subject} not found in ${registry} (HTTP 404)`, {
      hint: `check name and tag${libraryPage(ref)}`,
      details,
    });
  }
  if (status === 401) {
    return new RmaError(
      'RMA_HUB_UNAUTHORIZED',
      `${registry} requires authentication for ${subject} (HTTP 401)`,
      {
        exitCode: EXIT.denied,
        hint: 'rma does not support authentication at Ollama registries; use a public model, or a mirror without authentication',
        details,
      },
    );
  }
  if (status === 403) {
    return new RmaError('RMA_HUB_FORBIDDEN', `${registry} denied access to ${subject} (HTTP 403)`, {
      exitCode: EXIT.denied,
      hint: 'use a public model, or a mirror without authentication',
      details,
    });
  }
  const common = { errorCode: undefined, revision: null, page: null, tokenSent: false };
  return hubRefusal({ ...common, status, subject });
}

/** Returns the page that lists the tags of a model; empty if there is none. */
function libraryPage({ registry, namespace, model }: OllamaRef): string {
  if (registry === null) return `: https://ollama.com/${namespace}/${model}/tags`;
  return registry === 'hf.co' || registry === 'huggingface.co'
    ? `: https://${registry}/${namespace}/${model}`
    : '';
}
