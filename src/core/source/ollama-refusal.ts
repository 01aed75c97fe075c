import * as z from 'zod/mini';
import { EXIT, RmaError } from '../errors.ts';
import { hubRefusal } from '../hub/hub-refusal.ts';
import { jsonOrNull } from '../schema/parse.ts';
import { formatOllamaRef, OLLAMA_REGISTRY, type OllamaRef } from './ollama-reference.ts';
import type { SourceReply } from './source.ts';

const refusalSchema = z.object({ error: z.string() });

/** Returns the error for an unsuccessful HTTP status of an Ollama registry. */
export function registryRefusal(
  ref: OllamaRef,
  { status, text }: Pick<SourceReply, 'status' | 'text'>,
): RmaError {
  if (isHuggingFace(ref)) {
    const refusal = hubRegistryRefusal(ref, { status, text });
    if (refusal !== null) return refusal;
  }
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
  return isHuggingFace({ registry }) ? `: https://huggingface.co/${namespace}/${model}` : '';
}

function isHuggingFace({ registry }: Pick<OllamaRef, 'registry'>): boolean {
  return registry === 'hf.co' || registry === 'huggingface.co';
}

/**
 * Returns the error for a refusal of the Hugging Face hub, whose tags are the quantizations of a repository: 400 with the
 * reason in `error`, 401 for a repository that an anonymous user does not see. Null for any other status.
 */
function hubRegistryRefusal(
  ref: OllamaRef,
  { status, text }: Pick<SourceReply, 'status' | 'text'>,
): RmaError | null {
  const repo = `${ref.namespace}/${ref.model}`;
  const subject = formatOllamaRef(ref);
  const files = ref.tag === 'latest' ? 'gguf' : `gguf:${ref.tag}`;
  if (status === 400) {
    const reason = jsonOrNull(refusalSchema, text)?.error ?? 'no reason given';
    return new RmaError('RMA_HUB_NOT_FOUND', `${subject} not found on the Hugging Face hub: ${reason}`, {
      hint: `its quantizations are at https://huggingface.co/${repo}; its files are available as hf:${repo}:${files}`,
      details: { status },
    });
  }
  if (status !== 401 && status !== 403) return null;
  const code = status === 401 ? 'RMA_HUB_UNAUTHORIZED' : 'RMA_HUB_FORBIDDEN';
  const why = 'it does not exist, or it is private or gated';
  return new RmaError(code, `the Hugging Face hub denied access to ${subject} (HTTP ${status}): ${why}`, {
    exitCode: EXIT.denied,
    hint: `check the spelling; to use a token, download the files: hf:${repo}:${files}`,
    details: { status },
  });
}
