import type { RmaConfig } from '../model/config.ts';
import { OLLAMA_DEFAULT_ENDPOINT } from '../models/parse-ollama-ref.ts';

/** The variables by which a container finds the hubs, each with the address as the host has it; one that is the default is left out. */
export function hubAddresses({ hub }: RmaConfig): Readonly<Record<string, string>> {
  const isMirror = hub.ollamaEndpoint !== OLLAMA_DEFAULT_ENDPOINT;
  return {
    HF_ENDPOINT: hub.endpoint,
    ...(isMirror ? { RMA_OLLAMA_ENDPOINT: hub.ollamaEndpoint } : {}),
  };
}
