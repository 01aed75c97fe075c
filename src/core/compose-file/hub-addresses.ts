import { SETTINGS } from '../config/settings.ts';
import type { RmaConfig } from '../domain/config.ts';

/** The variables by which a container finds the hubs, each with the address as the host has it. The usual ones of Ollama and ModelScope go without saying. */
export function hubAddresses({ hub }: RmaConfig): Readonly<Record<string, string>> {
  return {
    HF_ENDPOINT: hub.endpoint,
    ...(hub.ollamaEndpoint === SETTINGS.ollamaEndpoint.fallback
      ? {}
      : { RMA_OLLAMA_ENDPOINT: hub.ollamaEndpoint }),
    ...(hub.modelscopeEndpoint === SETTINGS.modelscopeEndpoint.fallback
      ? {}
      : { MODELSCOPE_ENDPOINT: hub.modelscopeEndpoint }),
  };
}
